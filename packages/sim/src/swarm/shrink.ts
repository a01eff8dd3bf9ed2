// The smallest plan that still breaks the same rule: fewer faults, fewer hosts, an earlier end.

import type { RuleName } from '../check/checkers.js';
import { judge } from './judge.js';
import type { Plan } from './plan.js';

/** A plan, and which faults of the seed's own it keeps. */
export interface Shrunk {
  readonly plan: Plan;
  readonly kept: readonly number[];
}

const RUNS_MAX = 60;

export async function shrink(plan: Plan, rule: RuleName): Promise<Shrunk> {
  let best: Shrunk = { plan, kept: plan.faults.map((_, index) => index) };
  let runs = 0;

  async function tryInstead(candidate: Shrunk): Promise<boolean> {
    if (runs >= RUNS_MAX) return false;
    runs += 1;
    const { violations } = await judge(candidate.plan);
    if (!violations.some((violation) => violation.rule === rule)) return false;
    best = candidate;
    return true;
  }

  // Whole halves first, then ever smaller parts.
  for (let size = Math.ceil(best.kept.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.kept.length; ) {
      const kept = best.kept.filter((_, index) => index < at || index >= at + size);
      if (!(await tryInstead({ plan: withFaults(plan, kept, best.plan), kept }))) at += size;
    }
  }
  await shortened();
  return best;

  async function shortened(): Promise<void> {
    const lastS = best.plan.faults.at(-1)?.atS ?? 0;
    for (const share of [0, 0.25, 0.5]) {
      const healAtS = Math.round((lastS + (best.plan.healAtS - lastS) * share) * 10) / 10;
      if (await tryInstead({ ...best, plan: { ...best.plan, healAtS } })) return;
    }
  }
}

/** The plan of the same seed with these of its faults only. */
export function withFaults(whole: Plan, kept: readonly number[], within: Plan = whole): Plan {
  return { ...within, faults: whole.faults.filter((_, index) => kept.includes(index)) };
}

/** Fewer hosts draw another plan: whether it breaks the same rule is a matter of luck, and worth a try. */
export async function shrinkHosts(
  seed: number,
  hosts: number,
  rule: RuleName,
  planOf: (seed: number, hosts: number) => Plan,
): Promise<Plan | undefined> {
  for (let fewer = 2; fewer < hosts; fewer += 1) {
    const plan = planOf(seed, fewer);
    const { violations } = await judge(plan);
    if (violations.some((violation) => violation.rule === rule)) return plan;
  }
  return undefined;
}
