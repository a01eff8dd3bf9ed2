import type { Machine, OwnStart, Timing } from './machine.js';
import type { Observation } from './observation.js';

/** One that is asked for now, or was by the run before. */
export function ownStartAt(nowS: number): OwnStart {
  return { askedS: nowS, hasShown: false };
}

export function withOwnStart(machine: Machine, nowS: number): Machine {
  return { ...machine, memory: { ...machine.memory, ownStart: ownStartAt(nowS) } };
}

/** What became of it: it may take a while to show, and what cannot be seen is not over (I5). */
export function ownStartNow(
  start: OwnStart | undefined,
  { vm, nowS }: Pick<Observation, 'vm' | 'nowS'>,
  { maybeAwayS }: Pick<Timing, 'maybeAwayS'>,
): OwnStart | undefined {
  if (start === undefined) return undefined;
  if (vm.kind === 'unknown') return { ...start, askedS: nowS };
  switch (vm.value.kind) {
    case 'waiting':
      return { ...start, hasShown: true };
    case 'absent':
      return start.hasShown || nowS - start.askedS >= maybeAwayS ? undefined : start;
    case 'running':
    case 'down':
    case 'incoming':
      return undefined;
  }
}
