// npm run swarm -- --first SEED --seeds N [--hosts K] [--json]
// Draws a cluster and its faults for each seed, runs each twice on the HA daemon's own code, and checks from outside.
// Exit status: 0 without violations, 1 with some, 2 when the command line is wrong.

import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { formatLogLine } from '../world/world.js';
import { parseOptions, type SwarmOptions, USAGE } from './options.js';
import { planOf } from './plan.js';
import { runSeeds } from './pool.js';
import { failureText, storyOf } from './report.js';
import { runPlan } from './run.js';
import { withFaults } from './shrink.js';
import type { Answer } from './worker/messages.js';

const PROGRESS_MS = 10_000;

async function swarm(options: SwarmOptions): Promise<number> {
  const began = performance.now();
  const failed: Answer['verdicts'][0][] = [];
  let done = 0;
  let lengthS = 0;
  let toldMs = began;
  const tell = (text: string): void => void (options.json || process.stdout.write(`${text}\n`));
  await runSeeds({
    first: options.first,
    seeds: options.seeds,
    hosts: options.hosts,
    workers: options.workers ?? availableParallelism(),
    isShrinking: true,
    onAnswer: ({ verdicts }) => {
      for (const judged of verdicts) {
        done += 1;
        lengthS += judged.verdict.lengthS;
        if (judged.verdict.violations.length === 0) continue;
        failed.push(judged);
        tell(failureText(judged));
      }
      if (performance.now() - toldMs < PROGRESS_MS) return;
      toldMs = performance.now();
      tell(`${done} of ${options.seeds} seeds, ${failed.length} failed`);
    },
  });
  const tookS = (performance.now() - began) / 1000;
  const summary = { seeds: done, failed: failed.length, virtualHours: lengthS / 3600, tookS };
  if (options.json) {
    const failures = failed.map(({ verdict, failure }) => ({
      ...verdict,
      story: failure === undefined ? [] : storyOf(failure.plan),
    }));
    process.stdout.write(`${JSON.stringify({ ...summary, failures }, undefined, 2)}\n`);
  } else {
    const hours = summary.virtualHours.toFixed(1);
    const verdict = failed.length === 0 ? 'no violation' : `${failed.length} seeds failed`;
    tell(
      `${done} seeds, each run twice (${hours} h of cluster time), ${verdict}, in ${tookS.toFixed(1)} s`,
    );
  }
  return failed.length === 0 ? 0 : 1;
}

/** One seed, told in full. */
async function replay(options: SwarmOptions): Promise<number> {
  const drawn = planOf(options.first, options.hosts);
  const kept = options.keep === undefined ? drawn : withFaults(drawn, options.keep);
  const plan = { ...kept, healAtS: options.healAtS ?? kept.healAtS };
  const { log, violations } = await runPlan(plan);
  for (const line of log) process.stdout.write(`${formatLogLine(line)}\n`);
  for (const { rule, what } of violations) process.stdout.write(`VIOLATION ${rule}: ${what}\n`);
  return violations.length === 0 ? 0 : 1;
}

async function main(words: readonly string[]): Promise<number> {
  if (words.includes('--help')) {
    process.stdout.write(USAGE);
    return 0;
  }
  let options: SwarmOptions;
  try {
    options = parseOptions(words);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return 2;
  }
  const isReplay = options.log || options.keep !== undefined || options.healAtS !== undefined;
  return isReplay ? replay(options) : swarm(options);
}

process.exitCode = await main(process.argv.slice(2));
