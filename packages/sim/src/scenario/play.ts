import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { difference } from './difference.js';
import { GOLDEN_NAME, readFolder } from './folder.js';
import { parseScenario, runScenario } from './run.js';

export interface Played {
  readonly failures: readonly string[];
  /** `name: title`. */
  readonly summary: string;
  readonly log: string;
}

/** Plays the scenario of one folder and compares its log with the golden one. Throws a StepsError. */
export async function play(path: string, options: { isRecording: boolean }): Promise<Played> {
  const folder = readFolder(path);
  const summary = `${folder.name}: ${folder.title}`;
  const file = join(path, 'steps');
  const { failures, log } = await runScenario(parseScenario(folder.steps, file), file);
  const golden = join(path, GOLDEN_NAME);
  // A log of something that went wrong is never the golden one.
  if (options.isRecording && failures.length === 0) {
    if (folder.expected !== log) writeFileSync(golden, log);
    return { failures, summary, log };
  }
  if (folder.expected === undefined) {
    return { failures: [...failures, `${golden}: not recorded yet; use --record`], summary, log };
  }
  const differs = difference(folder.expected, log);
  return {
    failures: differs === undefined ? failures : [...failures, `${golden}: ${differs}`],
    summary,
    log,
  };
}
