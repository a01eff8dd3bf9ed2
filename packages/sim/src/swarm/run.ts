import { createHash } from 'node:crypto';
import type { Violation } from '../check/checkers.js';
import { LivenessChecker } from '../check/liveness-checker.js';
import { formatLogLine, type LogLine, World } from '../world/world.js';
import { healingFaults } from './heal.js';
import type { Plan } from './plan.js';

export interface Outcome {
  readonly violations: readonly Violation[];
  readonly log: readonly LogLine[];
  /** Of the whole log: equal for equal histories. */
  readonly hash: string;
  /** Virtual seconds. */
  readonly lengthS: number;
}

/** More than any host needs to boot and to join the lockspace, under any profile. */
const MAINTENANCE_S = 600;

/** Runs one plan: its faults, then the healing, then what must come of it. */
export async function runPlan(plan: Plan): Promise<Outcome> {
  const world = new World({ hosts: plan.hosts, seed: plan.seed, profile: plan.profile });
  for (const { atS, fault } of plan.faults) {
    if (atS > world.nowS) await world.advance(atS - world.nowS);
    world.apply(fault);
  }
  if (plan.healAtS > world.nowS) await world.advance(plan.healAtS - world.nowS);
  const liveness = new LivenessChecker(world);
  for (const fault of healingFaults(world)) world.apply(fault);
  await endMaintenance(world);
  await liveness.watch();
  const hash = createHash('sha256');
  for (const line of world.log) hash.update(`${formatLogLine(line)}\n`);
  return {
    violations: world.violations,
    log: world.log,
    hash: hash.digest('hex'),
    lengthS: world.nowS,
  };
}

/** While every host is down nobody can write the flag: the admin tries again until one is up. */
async function endMaintenance(world: World): Promise<void> {
  for (let tryS = 0; world.isGlobalMaintenance && tryS < MAINTENANCE_S; tryS += 1) {
    await world.advance(1);
    world.apply({ kind: 'maintenance-none' });
  }
}
