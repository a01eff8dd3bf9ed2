// One thread of the swarm: runs the seeds that it is given, and shrinks what fails.

import { parentPort } from 'node:worker_threads';
import { judge } from '../judge.js';
import { planOf } from '../plan.js';
import { shrink, shrinkHosts } from '../shrink.js';
import type { Answer, Failure, Order } from './messages.js';

async function seedOf(seed: number, { hosts, isShrinking }: Order): Promise<Answer['verdicts'][0]> {
  const plan = planOf(seed, hosts);
  const verdict = await judge(plan);
  const [first] = verdict.violations;
  if (first === undefined) return { verdict };
  const isSmall = hosts !== undefined || first.rule === 'same' || !isShrinking;
  const smaller = isSmall ? undefined : await shrinkHosts(seed, plan.hosts, first.rule, planOf);
  const shrunk = isShrinking
    ? await shrink(smaller ?? plan, first.rule)
    : { plan, kept: plan.faults.map((_, index) => index) };
  const failure: Failure = { ...shrunk, isOtherSize: smaller !== undefined };
  return { verdict, failure };
}

const port = parentPort;
if (port === null) throw new Error('this is a worker of npm run swarm');
port.on('message', (order: Order) => {
  void (async () => {
    const verdicts: Answer['verdicts'][0][] = [];
    for (const seed of order.seeds) verdicts.push(await seedOf(seed, order));
    port.postMessage({ verdicts } satisfies Answer);
  })();
});
