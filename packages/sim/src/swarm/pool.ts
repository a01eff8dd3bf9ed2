import { Worker } from 'node:worker_threads';
import type { Answer, Order } from './worker/messages.js';

export interface PoolOptions {
  readonly first: number;
  readonly seeds: number;
  readonly hosts: number | undefined;
  readonly workers: number;
  readonly isShrinking: boolean;
  readonly onAnswer: (answer: Answer) => void;
}

/** Seeds that a thread takes at once: few, so that all threads end together. */
const PORTION = 8;
/** A seed's whole life fits: what lives as long as a run is not copied again and again. */
const YOUNG_MB = 96;

/** Runs all seeds over the threads. Rejects when a thread dies. */
export async function runSeeds(options: PoolOptions): Promise<void> {
  let next = options.first;
  const end = options.first + options.seeds;

  function orderOf(): Order | undefined {
    if (next >= end) return undefined;
    const count = Math.min(PORTION, end - next);
    const seeds = Array.from({ length: count }, (_, index) => next + index);
    next += count;
    return { seeds, hosts: options.hosts, isShrinking: options.isShrinking };
  }

  function thread(): Promise<void> {
    const worker = new Worker(new URL('./worker/main.js', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    return new Promise<void>((resolve, reject) => {
      const give = (): void => {
        const order = orderOf();
        if (order === undefined) resolve();
        else worker.postMessage(order);
      };
      worker.on('message', (answer: Answer) => {
        options.onAnswer(answer);
        give();
      });
      worker.on('error', reject);
      give();
    }).finally(() => worker.terminate());
  }

  const count = Math.min(options.workers, Math.ceil(options.seeds / PORTION));
  await Promise.all(Array.from({ length: count }, () => thread()));
}
