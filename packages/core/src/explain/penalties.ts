// Why a host's score is what it is, in sentences: exactly for this host, as far as the slot tells for the others.

import type { Fact } from '../fact.js';
import type { DecisionEntry } from '../journal/entry.js';
import type { Disqualification, PenaltyReason, ScoreWeights } from '../score/score.js';
import type { HostNow } from './situation.js';

export interface Deduction {
  readonly points: number;
  readonly reason: PenaltyReason;
  readonly text: string;
}

export function deductionsOf(now: DecisionEntry): readonly Deduction[] {
  return now.score.penalties.map(({ points, reason }) => ({
    points,
    reason,
    text: PENALTIES[reason](now),
  }));
}

const PENALTIES: Readonly<Record<PenaltyReason, (now: DecisionEntry) => string>> = {
  'network-unreachable': ({ seen }) =>
    byFact(seen.networkShare, 'the network test has no result', (share) =>
      share === 0
        ? 'the network test fails'
        : `only ${percent(share)} of the network tests succeed`,
    ),
  'bridge-down': ({ seen }) =>
    byFact(seen.bridgeUp, 'the management bridge is not known to be up', () => {
      return 'the management bridge is down';
    }),
  'memory-short': ({ seen }) =>
    byFact(seen.memoryFreeMiB, 'the free memory is not known', (free) => {
      return `${Math.trunc(free)} MiB of memory are free and the engine VM needs ${seen.vmMemoryMiB ?? 'more'} MiB`;
    }),
  'cpu-loaded': ({ seen }) =>
    byFact(seen.cpuLoad, 'the CPU load is not known', (load) => {
      return `the CPUs are ${percent(load)} busy, averaged over the last 15 minutes`;
    }),
  'config-stale': ({ seen }) =>
    byFact(seen.configUpToDate, 'the shared configuration was not read yet', () => {
      return 'the shared configuration could not be read for some minutes';
    }),
  'start-failed': ({ from, config }) => {
    const count = from.memory.failedStartsS.length;
    const windowMin = Math.round(config.timing.failedStartMemoryS / 60);
    return `${times(Math.max(1, count), 'start')} of the engine VM failed here in the last ${windowMin} minutes`;
  },
};

/** Why the score is 0 whatever else is true, and what ends it; undefined when nothing does. */
export function disqualificationOf(
  now: DecisionEntry,
  timeText: (wallMs: number) => string,
): string | undefined {
  const reason = now.score.disqualified;
  if (reason === undefined) return undefined;
  const untilS = now.from.memory.disqualified?.untilS;
  const until =
    untilS === undefined
      ? ' for a while'
      : ` until ${timeText(now.wallMs + (untilS - now.seen.nowS) * 1000)}`;
  return DISQUALIFIED[reason].replace('{until}', until);
}

const DISQUALIFIED: Readonly<Record<Disqualification, string>> = {
  'local-maintenance':
    'it is in local maintenance, which "hosted-engine --set-maintenance --mode=none" on it ends',
  initialising: 'its HA daemon has just started and is finding out what runs here',
  'engine-vm-was-shut-down':
    'the engine VM was shut down on it, which is taken as a wish to keep it away{until}',
  'engine-vm-crashed-twice':
    'the engine VM crashed on it twice within minutes; other hosts go first{until}',
  'engine-failed-here':
    'the engine stayed unhealthy on it, also after restarts; other hosts go first{until}',
  'too-many-failed-starts':
    'more than three starts of the engine VM failed on it in the last minutes; other hosts go first',
  'below-minimum': 'it has less memory or fewer CPUs than agent.conf demands of a host for the VM',
  stopped: 'its HA daemon was stopped',
};

/**
 * What a slot says of its score: a flag or a state when it is 0. A deduction is only a sum: a busy CPU may cost as
 * much as anything smaller, so nothing is guessed but what nothing else costs by itself.
 */
export function peerScoreText(host: HostNow, weights: ScoreWeights): string | undefined {
  const { score } = host;
  if (score === undefined) return undefined;
  const ask = `"hosted-engine --explain" on ${host.name} tells why`;
  if (host.inMaintenance) {
    return host.state === 'LocalMaintenance' ? undefined : 'It is in local maintenance.';
  }
  if (score === 0) {
    const known = STATES_WITHOUT_SCORE[host.state ?? ''];
    return known === undefined ? `${ask}.` : `${known}.`;
  }
  const lost = weights.base - score;
  if (lost === 0) return undefined;
  if (lost < 0) return `It has a priority of its own, ${-lost} points or more.`;
  return lost === weights.network && lost > weights.cpu
    ? `${lost} points are deducted, as many as a failing network test costs; ${ask}.`
    : `${lost} points are deducted: ${ask}.`;
}

const STATES_WITHOUT_SCORE: Readonly<Record<string, string>> = {
  StartState: 'Its HA daemon has just started',
  ReinitializeFSM: 'Its HA daemon has just started and is finding out what runs there',
  EngineUnexpectedlyDown: 'The engine VM was shut down there; other hosts go first for a while',
  AgentStopped: 'Its HA daemon was stopped',
};

function byFact<T>(fact: Fact<T>, unknownText: string, text: (value: T) => string): string {
  return fact.kind === 'known' ? text(fact.value) : `${unknownText}: ${fact.why}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export function times(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
