// Row 4: the engine service fails while its VM runs. Each rung is tried once, the next one only when the one
// before did not help; after the last one the round begins anew after a pause that doubles, with an alert each time.

import type { Machine } from './machine.js';
import type { Context } from './step.js';
import { type Decision, go } from './transition.js';

/** The rung that was climbed last: 0 none, 1 its service, 2 its VM here, 3 its VM elsewhere; then again. */
const RUNGS = 3;

export function climb({ machine, seen, timing }: Context): Decision {
  const { memory } = machine;
  const rung = memory.rung + 1;
  const round = roundOf(machine);
  switch (memory.rung % RUNGS) {
    case 0:
      return go(
        machine,
        seen.nowS,
        'EngineUpBadHealth',
        `${alert(round)}the engine was unhealthy for too long: restarting its service in the guest`,
        {
          effects: ['restart-engine-service'],
          memory: { rung },
          timeoutS: timing.serviceRestartS,
        },
      );
    case 1:
      return go(
        machine,
        seen.nowS,
        'EngineStop',
        'the restart of the engine service did not help: restarting the VM here',
        {
          effects: ['shutdown-vm'],
          memory: { rung, restartHere: true, stopCountsAsFailure: false },
          timeoutS: timing.gracefulStopS,
        },
      );
    default:
      return go(
        machine,
        seen.nowS,
        'EngineStop',
        'the restart of the VM did not help: another host shall try',
        {
          effects: ['shutdown-vm'],
          memory: {
            rung,
            restartHere: false,
            stopCountsAsFailure: false,
            disqualified: {
              reason: 'engine-failed-here',
              untilS: seen.nowS + timing.gracefulStopS + timing.ladderPauseS,
            },
          },
          timeoutS: timing.gracefulStopS,
        },
      );
  }
}

/** How long a guest may stay paused with its storage fine before it is started anew: each time twice as long. */
export function pausePatienceS({ machine, timing }: Context): number {
  return timing.pausedMaxS * 2 ** Math.min(roundOf(machine), 5);
}

/** A paused guest that is started anew used up a whole round: no rung in between would help it. */
export function afterPause({ machine }: Context): {
  readonly rung: number;
  readonly alert: string;
} {
  const round = roundOf(machine);
  return { rung: (round + 1) * RUNGS, alert: alert(round) };
}

function roundOf(machine: Machine): number {
  return Math.floor(machine.memory.rung / RUNGS);
}

/** How long the engine may be unhealthy before the next rung: after a whole round longer each time. */
export function patienceS({ machine, timing }: Context): number {
  const round = roundOf(machine);
  return round === 0 ? timing.badHealthS : timing.ladderPauseS * 2 ** (Math.min(round, 5) - 1);
}

/** The guest's agent refused: the next rung at once, there is nothing to wait for. */
export function serviceWasRefused({ machine, seen }: Context): boolean {
  const refused = seen.serviceRefused;
  return (
    refused !== undefined && machine.memory.rung % RUNGS === 1 && refused.atS >= machine.sinceS
  );
}

function alert(round: number): string {
  return round === 0 ? '' : `ALERT: nothing helped so far (round ${round + 1}); `;
}
