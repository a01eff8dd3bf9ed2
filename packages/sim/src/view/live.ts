import type { World } from '../world/world.js';
import { frame } from './frame.js';
import { actionOf } from './keys.js';
import type { Terminal } from './terminal.js';

/** Real time between two pictures, in milliseconds. */
const PICTURE_MS = 100;
const SPEEDS = [1, 10, 60] as const;

export interface Live {
  key(key: string): void;
  redraw(): void;
  /** Lets time pass until the user or the signal ends it. */
  run(signal: AbortSignal): Promise<void>;
}

/** The cluster that the user plays with: time passes by the wall clock, times the speed. */
export function createLive(world: World, terminal: () => Terminal, isColoured: boolean): Live {
  let chosen = 1;
  let speedIndex = 1;
  let isPaused = false;
  const end = new AbortController();

  function redraw(): void {
    const { columns, rows, draw } = terminal();
    draw(
      frame({
        world: world.snapshot(),
        log: world.log,
        violations: world.violations.length,
        chosen,
        speed: SPEEDS[speedIndex] ?? 1,
        isPaused,
        columns: columns(),
        rows: rows(),
        isColoured,
      }),
    );
  }

  function key(pressed: string): void {
    const action = actionOf(pressed, world.snapshot(), chosen);
    switch (action.kind) {
      case 'faults':
        for (const fault of action.faults) world.apply(fault);
        break;
      case 'select':
        chosen = action.host;
        break;
      case 'speed':
        speedIndex = Math.min(SPEEDS.length - 1, Math.max(0, speedIndex + action.by));
        break;
      case 'pause':
        isPaused = !isPaused;
        break;
      case 'quit':
        end.abort();
        break;
      case 'none':
        return;
    }
    redraw();
  }

  async function run(signal: AbortSignal): Promise<void> {
    const ended = AbortSignal.any([signal, end.signal]);
    let lastMs = performance.now();
    while (!ended.aborted) {
      redraw();
      await pause(PICTURE_MS, ended);
      const nowMs = performance.now();
      // A machine that slept, or a suspended program, has not let this world wait for hours.
      const passedS = Math.min(1, (nowMs - lastMs) / 1000);
      lastMs = nowMs;
      if (!isPaused) await world.advance(passedS * (SPEEDS[speedIndex] ?? 1));
    }
  }

  return { key, redraw, run };
}

/** The end of the story, for the screen that comes back. */
export function lastWords(world: World): string {
  const lines = world.violations.map(
    ({ atS, rule, what }) => `${atS.toFixed(1)} s: ${rule}: ${what}`,
  );
  const verdict =
    lines.length === 0
      ? 'No rule was broken: never were there two engine VMs.'
      : `Rules were broken:\n${lines.join('\n')}`;
  return `${world.nowS.toFixed(0)} s of the cluster's time passed. ${verdict}\n`;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
