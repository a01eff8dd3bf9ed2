import type { Violation } from '../check/checkers.js';
import type { Plan } from './plan.js';
import { type Outcome, runPlan } from './run.js';

export interface Verdict {
  readonly seed: number;
  readonly hosts: number;
  readonly violations: readonly Violation[];
  /** Virtual seconds, of one run. */
  readonly lengthS: number;
}

/**
 * Runs the plan twice: whatever depends on anything but the seed shows as a difference. Never rejects: code that
 * throws is a violation too.
 */
export async function judge(plan: Plan): Promise<Verdict> {
  const verdict = { seed: plan.seed, hosts: plan.hosts };
  try {
    const first = await runPlan(plan);
    const second = await runPlan(plan);
    const violations = [...first.violations, ...difference(first, second)];
    return { ...verdict, violations, lengthS: first.lengthS };
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ...verdict, violations: [{ atS: 0, rule: 'crash', hosts: [], what }], lengthS: 0 };
  }
}

function difference(first: Outcome, second: Outcome): readonly Violation[] {
  if (first.hash === second.hash) return [];
  const at = first.log.findIndex((line, index) => line.text !== second.log[index]?.text);
  const line = first.log[at];
  const what = `two runs differ from log line ${at + 1} on: ${line?.text ?? 'the second is longer'}`;
  return [{ atS: line?.atS ?? 0, rule: 'same', hosts: [], what }];
}
