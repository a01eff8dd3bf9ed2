// ./up --sim [--hosts N] [--seed N]: a cluster in this process, to break and to heal. Without a terminal, a story.

import { parseArgs } from 'node:util';
import { World } from '../world/world.js';
import { demonstrate } from './demo.js';
import { createLive, lastWords } from './live.js';
import { enterTerminal, type Terminal } from './terminal.js';

const HOSTS_MAX = 4;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      sim: { type: 'boolean' },
      hosts: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
    },
  });
  const hosts = Number(values.hosts);
  const seed = Number(values.seed);
  if (!Number.isInteger(hosts) || hosts < 1 || hosts > HOSTS_MAX) {
    throw new RangeError(`--hosts is 1 to ${HOSTS_MAX}, not '${values.hosts}'`);
  }
  if (!Number.isInteger(seed))
    throw new RangeError(`--seed is a whole number, not '${values.seed}'`);
  const world = new World({ hosts, seed });
  if (process.stdin.isTTY && process.stdout.isTTY) return play(world);
  return (await demonstrate(world, (text) => process.stdout.write(text))) ? 0 : 1;
}

async function play(world: World): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stop.abort());
  }
  const isColoured = (process.env['NO_COLOR'] ?? '') === '';
  let terminal: Terminal | undefined;
  const live = createLive(world, () => terminal as Terminal, isColoured);
  // The terminal is given back first, or the message would go with the screen that it is written on.
  process.on('uncaughtException', (error) => {
    terminal?.leave();
    process.stderr.write(`${error.stack ?? String(error)}\n`);
    process.exit(1);
  });
  process.on('exit', () => terminal?.leave());
  terminal = enterTerminal(process.stdin, process.stdout, live.key, live.redraw);
  try {
    await live.run(stop.signal);
  } finally {
    terminal.leave();
  }
  process.stdout.write(lastWords(world));
  return world.violations.length === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
