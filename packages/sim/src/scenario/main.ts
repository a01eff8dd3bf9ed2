// npm run scenarios [-- NAME…|PATH…] [--record]
// Plays scenarios in virtual time. A name is a folder below scenarios/, a path is a folder from anywhere; none means
// all. Exit status: 0 when every expectation held, no checker found a violation, and each log is the golden one;
// 1 when not; 2 when a scenario cannot be read. --record writes the golden logs of those that pass.

import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { FORMS } from './expectation.js';
import { pathsOf } from './folder.js';
import { type Played, play } from './play.js';
import { StepsError } from './steps.js';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../../../../scenarios');

async function main(words: readonly string[]): Promise<number> {
  const isRecording = words.includes('--record');
  const names = words.filter((word) => !word.startsWith('--'));
  const unknown = words.find((word) => word.startsWith('--') && !/^--(record|help)$/.test(word));
  if (unknown !== undefined || words.includes('--help')) {
    process.stdout.write(usage());
    return unknown === undefined ? 0 : 2;
  }
  const began = performance.now();
  let failed = 0;
  let unreadable = 0;
  // npm changes to the checkout; a path is meant from where the command was given.
  const paths = pathsOf(names, ROOT, process.env['INIT_CWD']);
  for (const path of paths) {
    const outcome = await played(path, isRecording);
    if (outcome === undefined) {
      unreadable += 1;
      continue;
    }
    process.stdout.write(
      `${outcome.failures.length === 0 ? 'ok  ' : 'FAIL'}  ${outcome.summary}\n`,
    );
    if (outcome.failures.length === 0) continue;
    failed += 1;
    process.stdout.write(`${outcome.failures.map((text) => indent(text)).join('\n')}\n`);
  }
  const tookS = (performance.now() - began) / 1000;
  process.stdout.write(
    `${paths.length - failed - unreadable} of ${paths.length} scenarios passed in ${tookS.toFixed(1)} s\n`,
  );
  if (unreadable > 0) return 2;
  return failed === 0 ? 0 : 1;
}

/** Undefined when it cannot be read, which is told. */
async function played(path: string, isRecording: boolean): Promise<Played | undefined> {
  try {
    return await play(path, { isRecording });
  } catch (error) {
    if (!(error instanceof StepsError)) throw error;
    process.stdout.write(`BAD   ${error.message}\n`);
    return undefined;
  }
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '      ');
}

function usage(): string {
  const forms = FORMS.map(
    ({ usage: form, meaning }) => `  expect SECONDS ${form}\n      ${meaning}`,
  );
  return [
    'usage: npm run scenarios -- [NAME…|PATH…] [--record]',
    '',
    'A scenario is a folder with README.md, steps, and the golden log that --record writes.',
    'A steps file has lines of these forms:',
    '  hosts N | profile default|lab | seed N | at SECONDS FAULT | until SECONDS',
    ...forms,
    '',
  ].join('\n');
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StepsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
