import type { Fact } from '../fact.js';

/** Points of agent.conf `[score]`; they must be equal on all hosts of a cluster. */
export interface ScoreWeights {
  readonly base: number;
  readonly network: number;
  readonly bridge: number;
  readonly memory: number;
  readonly cpu: number;
  readonly cpuLoadMin: number;
  readonly cpuLoadMax: number;
  readonly staleConfig: number;
  readonly failedStart: number;
  /** This host's priority: added to its score, may be negative. */
  readonly priority: number;
  /** Conditions for running the engine VM at all; 0 = none. */
  readonly memoryMinMiB: number;
  readonly cpuMinCores: number;
}

/** ha-daemon.md 4. */
export const DEFAULT_WEIGHTS: ScoreWeights = {
  base: 3400,
  network: 1600,
  bridge: 600,
  memory: 400,
  cpu: 1000,
  cpuLoadMin: 0.4,
  cpuLoadMax: 0.9,
  staleConfig: 1000,
  failedStart: 50,
  priority: 0,
  memoryMinMiB: 0,
  cpuMinCores: 0,
};

/** After more failures than this the score is zero: no remaining score may outbid a host that can. */
export const FAILED_STARTS_MAX = 3;

export interface HostFitness {
  /** Share of network tests that succeeded, 0..1. */
  readonly networkShare: Fact<number>;
  readonly bridgeUp: Fact<boolean>;
  readonly memoryFreeMiB: Fact<number>;
  /** What the engine VM needs; undefined while it runs here or in global maintenance. */
  readonly memoryNeededMiB: number | undefined;
  /** Time-weighted load without the engine VM's share, 0..1. */
  readonly cpuLoad: Fact<number>;
  readonly configUpToDate: Fact<boolean>;
  readonly cpuCores: Fact<number>;
  readonly failedStarts: number;
  readonly disqualified: Disqualification | undefined;
}

export type Disqualification =
  | 'local-maintenance'
  | 'initialising'
  | 'engine-vm-was-shut-down'
  | 'engine-vm-crashed-twice'
  | 'engine-failed-here'
  | 'too-many-failed-starts'
  | 'below-minimum'
  | 'stopped';

export type PenaltyReason =
  | 'network-unreachable'
  | 'bridge-down'
  | 'memory-short'
  | 'cpu-loaded'
  | 'config-stale'
  | 'start-failed';

export interface Penalty {
  readonly reason: PenaltyReason;
  readonly points: number;
}

export interface Score {
  readonly total: number;
  /** Every deduction, largest first. */
  readonly penalties: readonly Penalty[];
  readonly disqualified: Disqualification | undefined;
}

/**
 * The host's score, with its reasons. An unknown fact takes the full penalty of its kind: a host that
 * cannot tell that its bridge is up must not outbid one that can (I5).
 */
export function scoreOf(fitness: HostFitness, weights: ScoreWeights): Score {
  const share = valueOr(fitness.networkShare, 0);
  const deductions: Record<PenaltyReason, number> = {
    'network-unreachable': Math.trunc((1 - clamp(share)) * weights.network),
    'bridge-down': valueOr(fitness.bridgeUp, false) ? 0 : weights.bridge,
    'memory-short': memoryPoints(fitness, weights),
    'cpu-loaded': cpuPoints(valueOr(fitness.cpuLoad, weights.cpuLoadMax), weights),
    'config-stale': valueOr(fitness.configUpToDate, false) ? 0 : weights.staleConfig,
    'start-failed': fitness.failedStarts * weights.failedStart,
  };
  const penalties = (Object.entries(deductions) as [PenaltyReason, number][])
    .filter(([, points]) => points > 0)
    .map(([reason, points]) => ({ reason, points }))
    .sort((a, b) => b.points - a.points || a.reason.localeCompare(b.reason));
  const disqualified = fitness.disqualified ?? disqualificationOf(fitness, weights);
  if (disqualified !== undefined) return { total: 0, penalties, disqualified };
  const lost = penalties.reduce((sum, penalty) => sum + penalty.points, 0);
  const total = Math.max(0, weights.base + weights.priority - lost);
  return { total: Math.min(total, cap(fitness.failedStarts)), penalties, disqualified };
}

function disqualificationOf(
  fitness: HostFitness,
  weights: ScoreWeights,
): Disqualification | undefined {
  if (fitness.failedStarts > FAILED_STARTS_MAX) return 'too-many-failed-starts';
  const short = (fact: Fact<number>, min: number): boolean => min > 0 && valueOr(fact, 0) < min;
  const runsHere = fitness.memoryNeededMiB === undefined;
  if (short(fitness.cpuCores, weights.cpuMinCores)) return 'below-minimum';
  if (!runsHere && short(fitness.memoryFreeMiB, weights.memoryMinMiB)) return 'below-minimum';
  return undefined;
}

/**
 * Row 14: the first failure is retried here with a penalty; after a second every host without failures goes
 * first, however poor, and then the one with the fewest.
 */
function cap(failedStarts: number): number {
  return failedStarts < 2 ? Number.POSITIVE_INFINITY : 100 - 10 * failedStarts;
}

function memoryPoints(fitness: HostFitness, weights: ScoreWeights): number {
  if (fitness.memoryNeededMiB === undefined) return 0;
  return valueOr(fitness.memoryFreeMiB, 0) < fitness.memoryNeededMiB ? weights.memory : 0;
}

/** Rises linearly between the two loads; truncated to whole points. */
function cpuPoints(load: number, weights: ScoreWeights): number {
  const range = weights.cpuLoadMax - weights.cpuLoadMin;
  return Math.trunc(clamp((load - weights.cpuLoadMin) / range) * weights.cpu);
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function valueOr<T>(fact: Fact<T>, pessimistic: T): T {
  return fact.kind === 'known' ? fact.value : pessimistic;
}
