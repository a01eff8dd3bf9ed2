import type { Machine, OwnStart, Timing } from './machine.js';
import type { Observation } from './observation.js';

/** The start that this daemon asks for now. */
export function withOwnStart(machine: Machine, nowS: number): Machine {
  return { ...machine, memory: { ...machine.memory, ownStart: { askedS: nowS, hasShown: false } } };
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
