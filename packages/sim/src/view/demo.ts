// For whoever has no terminal: a short story, told as text.

import { parseFault } from '../world/fault.js';
import { formatLogLine, type World } from '../world/world.js';
import { frame } from './frame.js';
import { lastWords } from './live.js';
import { isTold } from './told.js';

interface Scene {
  readonly title: string;
  /** What goes wrong on the host that runs the engine VM. */
  readonly fault?: (runner: number) => string;
  readonly seconds: number;
}

const SCENES: readonly Scene[] = [
  { title: 'Three hosts are switched on: one of them starts the engine VM.', seconds: 60 },
  {
    title: 'Its host is put into local maintenance: the engine VM is migrated to another host.',
    fault: (runner) => `maintenance local ${runner}`,
    seconds: 20,
  },
  {
    title: 'QEMU is killed: the engine VM is started again at once.',
    fault: () => 'kill-vm',
    seconds: 20,
  },
  {
    title: 'The host of the engine VM loses its power: another waits for its lease, and starts it.',
    fault: (runner) => `power-off ${runner}`,
    seconds: 95,
  },
];

const COLUMNS = 100;

/** Tells the story through `write`. Returns whether every rule held and the engine is healthy at its end. */
export async function demonstrate(world: World, write: (text: string) => void): Promise<boolean> {
  for (const { title, fault, seconds } of SCENES) {
    write(`\n${title}\n`);
    const before = world.log.length;
    const runner = world.snapshot().engine.runsOn[0] ?? 1;
    if (fault !== undefined) world.apply(parseFault(fault(runner)));
    await world.advance(seconds);
    const lines = world.log.slice(before).filter(isTold);
    write(lines.map((line) => `${formatLogLine(line)}\n`).join(''));
  }
  const picture = frame({
    world: world.snapshot(),
    log: [],
    violations: world.violations.length,
    chosen: 0,
    speed: 0,
    isPaused: false,
    columns: COLUMNS,
    rows: 40,
    isColoured: false,
  });
  write(
    `\n${picture
      .slice(0, 13)
      .map((line) => line.trimEnd())
      .join('\n')}\n\n${lastWords(world)}`,
  );
  write('In a terminal, this is a cluster that you break and heal by key.\n');
  return world.violations.length === 0 && world.snapshot().engine.isHealthy;
}
