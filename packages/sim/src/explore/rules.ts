// What must hold of every decision, whatever led to it (house.md 4). The rules of the world itself, that two
// engine VMs never run, are checked where the world moves on.

import type { Machine, Observation, Step } from '@hosted-engine/core';
import { MODEL_CONFIG } from './model.js';

/** Effects that change what the guest does or where it runs. */
const ACTS: ReadonlySet<string> = new Set([
  'start-vm',
  'shutdown-vm',
  'destroy-vm',
  'migrate-vm',
  'resume-vm',
  'restart-engine-service',
]);

export const RULES = [
  'at most one engine VM at a time, and only with the lease (I1, I2)',
  'nothing is done to the VM in global maintenance, nor while it is unknown (I5, I6)',
  'nothing is started in local maintenance (I6)',
  'an unknown VM is left alone; a start needs an absent VM, known storage, and a lease that is not live (I5)',
  'a lost race for the lease costs nothing (I4)',
  'a healthy engine VM is stopped only for local maintenance or after two failed migrations',
  'the engine VM is moved for a better host only when that was better by far for a while, and it was here for a while',
  'every decision has a reason (I9)',
  'one fault, at most one restart (I10)',
  'after all faults are healed one engine VM runs and is healthy within the bound (I10)',
] as const;

/** The rule that this decision breaks, in words. */
export function brokenRule(
  before: Machine,
  seen: Observation,
  { next, effects, reason }: Step,
): string | undefined {
  const kinds = effects.map(({ kind }) => kind);
  const acts = kinds.filter((kind) => ACTS.has(kind)).join(', ');
  if (reason === '') return 'a decision without a reason (I9)';
  if (acts !== '') {
    if (seen.globalMaintenance.kind === 'unknown') {
      return `${acts} while global maintenance is unknown (I5)`;
    }
    const takesBack =
      acts === 'destroy-vm' && seen.vm.kind === 'known' && seen.vm.value.kind === 'waiting';
    if (seen.globalMaintenance.value && !takesBack) return `${acts} in global maintenance (I6)`;
    if (seen.vm.kind === 'unknown') return `${acts} on an unknown VM (I5)`;
  }
  if (kinds.includes('start-vm')) {
    const fault = startFault(before, seen);
    if (fault !== undefined) return fault;
  }
  return (
    raceFault(before, seen, next) ??
    stopFault(before, seen, kinds) ??
    (kinds.includes('migrate-vm') ? moveFault(before, seen) : undefined)
  );
}

function startFault(before: Machine, seen: Observation): string | undefined {
  if (seen.localMaintenance) return 'a start in local maintenance (I6)';
  if (seen.vm.kind === 'known' && seen.vm.value.kind !== 'absent') {
    return `a start over a VM that is ${seen.vm.value.kind}`;
  }
  // Asked for again until the host daemon has it: that was looked at when it began.
  if (before.name === 'EngineStart') return undefined;
  if (seen.storage.kind === 'unknown') return 'a start with the storage unknown (I5)';
  if (!seen.storage.value) return 'a start without storage';
  if (before.memory.restartHere) return undefined;
  if (seen.lease.kind === 'unknown') return 'a start with the lease unknown (I5)';
  const lease = seen.lease.value;
  if (lease.kind === 'held' && lease.byHostId === seen.hostId) return undefined;
  if (lease.kind === 'held' && (lease.owner === 'live' || lease.owner === 'unknown')) {
    return `a start against a lease whose owner is ${lease.owner}`;
  }
  return undefined;
}

function raceFault(before: Machine, seen: Observation, next: Machine): string | undefined {
  const isLost =
    seen.vm.kind === 'known' &&
    seen.vm.value.kind === 'down' &&
    seen.vm.value.cause === 'lease-held';
  if (!isLost || before.memory.stopCountsAsFailure) return undefined;
  if (next.memory.failedStartsS.length > before.memory.failedStartsS.length) {
    return 'a lost race was counted as a failed start (I4)';
  }
  const isNew = next.memory.disqualified !== undefined && before.memory.disqualified === undefined;
  return isNew
    ? `a lost race disqualified the host: ${next.memory.disqualified?.reason}`
    : undefined;
}

function stopFault(
  before: Machine,
  seen: Observation,
  kinds: readonly string[],
): string | undefined {
  if (!kinds.includes('shutdown-vm') && !kinds.includes('destroy-vm')) return undefined;
  const isHealthy =
    seen.vm.kind === 'known' &&
    seen.vm.value.kind === 'running' &&
    seen.health.kind === 'known' &&
    seen.health.value === 'good';
  if (!isHealthy || seen.localMaintenance) return undefined;
  // A stop that was begun goes on, whatever the guest says in its last seconds.
  if (before.name === 'EngineStop' || before.name === 'EngineForceStop') return undefined;
  return before.memory.failedMovesS.length >= 2 ? undefined : 'a healthy engine VM was stopped';
}

/** Rows 5 and 10: moving is cheap and not free. */
function moveFault(before: Machine, seen: Observation): string | undefined {
  // Begun before, or for local maintenance.
  if (before.name === 'EngineMigratingAway' || seen.localMaintenance) return undefined;
  const { better, arrivedS } = before.memory;
  const { betterHoldS, dwellS } = MODEL_CONFIG.timing;
  if (better === undefined || seen.nowS - better.sinceS < betterHoldS) {
    return 'a migration to a host that was not better for long enough';
  }
  return arrivedS !== undefined && seen.nowS - arrivedS < dwellS
    ? 'a migration of a VM that came a moment ago'
    : undefined;
}
