import { formatFault } from '../world/fault.js';
import type { Plan } from './plan.js';
import type { Answer } from './worker/messages.js';

type Judged = Answer['verdicts'][0];

/** What was broken, the line that replays it, and the faults that it takes. */
export function failureText({ verdict, failure }: Judged): string {
  const lines = verdict.violations.map(({ rule, atS, hosts, what }) => {
    const where = hosts.length === 0 ? '' : ` ${hosts.join(', ')}:`;
    return `  ${rule} at ${atS.toFixed(1)} s:${where} ${what}`;
  });
  const shrunk = failure === undefined ? [] : [`  replay: ${replayLine(verdict.seed, failure)}`];
  const story = failure === undefined ? [] : storyOf(failure.plan).map((line) => `    ${line}`);
  return [
    `FAIL  seed ${verdict.seed}, ${verdict.hosts} hosts`,
    ...lines.slice(0, 6),
    ...shrunk,
    ...story,
  ].join('\n');
}

export function replayLine(seed: number, failure: NonNullable<Judged['failure']>): string {
  const hosts = failure.isOtherSize ? ` --hosts ${failure.plan.hosts}` : '';
  const keep = ` --keep ${failure.kept.join(',')}`;
  return `npm run swarm -- --first ${seed} --seeds 1${hosts}${keep} --heal-at ${failure.plan.healAtS} --log`;
}

/** The steps file of a scenario that tells the same story. */
export function storyOf(plan: Plan): readonly string[] {
  return [
    `hosts ${plan.hosts}`,
    ...plan.faults.map(({ atS, fault }) => `at ${atS} ${formatFault(fault)}`),
    `healed at ${plan.healAtS}`,
  ];
}
