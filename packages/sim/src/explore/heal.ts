// Bounded liveness: whatever went wrong, once everything is healed the engine is up within the bound.

import { switchOn } from './choices.js';
import { keyOf } from './key.js';
import type { Model } from './model.js';

export interface Recovery {
  /** The violation, if the cluster does not recover from `model` or breaks a rule while it does. */
  fault(model: Model): string | undefined;
  /** The longest recovery so far, in rounds. */
  worst(): number;
}

/** @param calm the next round when nothing goes wrong */
export function createRecovery(bound: number, calm: (model: Model) => Model): Recovery {
  // Rounds from each model on the way to a healthy engine: most ways soon meet one that was walked before.
  const known = new Map<number, number>();
  let worst = 0;
  return {
    worst: () => worst,
    fault(model) {
      const passed: number[] = [];
      let now = healed(model);
      let left = 0;
      for (;;) {
        if (isHealthy(now)) break;
        const key = keyOf(now, false);
        const rest = known.get(key);
        if (rest !== undefined) {
          left = rest;
          break;
        }
        passed.push(key);
        if (passed.length > bound) {
          return `no healthy engine ${bound} rounds after everything was healed (I10)`;
        }
        now = calm(now);
        const broken =
          now.broken ?? (now.starts > now.faults ? 'restarted twice (I10)' : undefined);
        if (broken !== undefined) return `${broken}, after everything was healed`;
      }
      for (const key of passed.reverse()) {
        left += 1;
        known.set(key, left);
      }
      worst = Math.max(worst, left);
      return undefined;
    },
  };
}

export function healed(model: Model): Model {
  let now = model;
  for (const { id, powered } of model.hosts) {
    if (!powered) now = switchOn(now, id);
  }
  return {
    ...now,
    globalMaintenance: false,
    migrationsFail: false,
    engineFault: 'none',
    hosts: now.hosts.map((host) => ({
      ...host,
      storageUp: true,
      networkUp: true,
      answers: true,
      startsFail: false,
      localMaintenance: false,
      forced: false,
    })),
  };
}

export function isHealthy(model: Model): boolean {
  const [runner, second] = model.hosts.filter(({ vm }) => vm.kind === 'running');
  if (runner?.vm.kind !== 'running' || second !== undefined) return false;
  const { booted, paused, stopping, leavingFor } = runner.vm;
  return (
    booted && !paused && !stopping && leavingFor === undefined && runner.machine.name === 'EngineUp'
  );
}
