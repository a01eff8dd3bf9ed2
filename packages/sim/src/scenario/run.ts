import { type Fault, parseFault } from '../world/fault.js';
import { DEFAULT_PROFILE, LAB_PROFILE } from '../world/profile.js';
import { World } from '../world/world.js';
import { judge } from './judge.js';
import { parseSteps, type Scenario } from './steps.js';
import { type Mark, story } from './story.js';
import { watch } from './watch.js';

export interface RunResult {
  /** What was expected and did not hold, and what the checkers found. */
  readonly failures: readonly string[];
  /** The golden log's text. */
  readonly log: string;
}

/** Seconds between two looks at the engine's health. */
const LOOK_EVERY_S = 1;

export function parseScenario(text: string, file: string): Scenario<Fault> {
  return parseSteps(text, { file, parseFault });
}

/** Plays a scenario in virtual time. */
export async function runScenario(scenario: Scenario<Fault>, file: string): Promise<RunResult> {
  const world = new World({
    hosts: scenario.hosts,
    seed: scenario.seed,
    profile: scenario.profile === 'lab' ? LAB_PROFILE : DEFAULT_PROFILE,
  });
  const eye = watch(world);
  const failures: string[] = [];
  const marks: Mark[] = [];

  async function passUntil(atS: number): Promise<void> {
    while (world.clock.nowS < atS) {
      await world.advance(Math.min(LOOK_EVERY_S, atS - world.clock.nowS));
      eye.look();
    }
  }

  for (const step of scenario.steps) {
    await passUntil(step.atS);
    if (step.kind === 'at') {
      world.apply(step.fault);
      continue;
    }
    const fault = judge(step.expectation, eye.evidence());
    const after = world.log.length;
    if (fault === undefined) marks.push({ after, atS: step.atS, text: step.text });
    else {
      failures.push(`${file}:${step.line}: at ${step.atS} s: not '${step.text}': ${fault}`);
    }
  }
  await passUntil(scenario.untilS);
  for (const { atS, rule, what } of world.violations) {
    failures.push(`${file}: at ${atS.toFixed(1)} s: ${rule} is violated: ${what}`);
  }
  return { failures, log: story(world.log, marks) };
}
