// A part of the swarm in each run of the tests; `npm run swarm` for any other part of it.

import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { after, describe, test } from 'node:test';
import { runSeeds } from '../../src/swarm/pool.js';
import { failureText } from '../../src/swarm/report.js';

const SEEDS = 2000;
const PER_TEST = 200;

describe(`the swarm, seeds 1 to ${SEEDS}`, () => {
  const began = performance.now();
  let lengthS = 0;

  for (let first = 1; first <= SEEDS; first += PER_TEST) {
    test(`seeds ${first} to ${first + PER_TEST - 1}, each run twice: no violation`, async () => {
      const failures: string[] = [];
      await runSeeds({
        first,
        seeds: PER_TEST,
        hosts: undefined,
        workers: availableParallelism(),
        isShrinking: true,
        onAnswer: ({ verdicts }) => {
          for (const judged of verdicts) {
            lengthS += judged.verdict.lengthS;
            if (judged.verdict.violations.length > 0) failures.push(failureText(judged));
          }
        },
      });
      const tookS = ((performance.now() - began) / 1000).toFixed(0);
      process.stdout.write(`progress: ${first + PER_TEST - 1} of ${SEEDS} seeds, ${tookS} s\n`);
      assert.deepEqual(failures, []);
    });
  }

  after(() => {
    process.stdout.write(`progress: ${(lengthS / 3600).toFixed(0)} h of cluster time\n`);
  });
});
