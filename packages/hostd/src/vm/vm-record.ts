// What hostd knows of one VM, and how events change it: pure, so that every path to an exit reason
// can be read and tested in one place.

import type { DomainView, StopCause, VirtEvent } from '@hosted-engine/ports';
import { EXIT_REASON, type VmStatus } from '@hosted-engine/vdsm';
import type { ImageRef } from '../storage/types.js';

export interface VmExit {
  /** 0 normal, 1 error. */
  readonly code: 0 | 1;
  readonly reason: number;
  readonly message: string;
}

/** What one of our verbs asked of the VM last; decides the exit reason. */
export type VmIntent = 'none' | 'shutdown' | 'reboot' | 'destroy' | 'end-pause';

export interface VmRecord {
  readonly vmId: string;
  readonly name: string;
  /** As it was, or will be, given to the hypervisor. */
  readonly xml: string;
  readonly images: readonly ImageRef[];
  readonly status: VmStatus;
  /** Seconds of the host's monotonic clock of the last change of `status`. */
  readonly statusSinceS: number;
  /** Same clock: when VM.create was called. */
  readonly createdS: number;
  readonly intent: VmIntent;
  /** Who ended the guest's machine, from the event that precedes its stop. */
  readonly shutdownBy: 'guest' | 'host' | 'unknown';
  /** VDSM's pauseCode: NOERR, EIO, ENOSPC, … */
  readonly pauseCode: string;
  /** While it is 'Migration Source': the other host's daemon, as `host:port`. */
  readonly movesTo?: string;
  readonly exit?: VmExit;
}

export const EXIT = {
  startFailed: (message: string): VmExit => ({
    code: 1,
    reason: EXIT_REASON.genericError,
    message,
  }),
  destroyedOnStart: {
    code: 0,
    reason: EXIT_REASON.destroyedOnStart,
    message: 'VM destroyed while it was being started',
  },
  adminShutdown: {
    code: 0,
    reason: EXIT_REASON.adminShutdown,
    message: 'Shut down by request of the administrator',
  },
  userShutdown: {
    code: 0,
    reason: EXIT_REASON.userShutdown,
    message: 'Shut down from within the guest',
  },
  hostShutdown: {
    code: 1,
    reason: EXIT_REASON.hostShutdown,
    message: 'QEMU was told to end by the host',
  },
  pausedTooLong: {
    code: 1,
    reason: EXIT_REASON.destroyedOnPauseTimeout,
    message: 'Paused on an I/O error until its lease was lost',
  },
  lostQemu: {
    code: 1,
    reason: EXIT_REASON.lostQemu,
    message: 'Lost connection with the QEMU process',
  },
  migrated: { code: 0, reason: EXIT_REASON.migrationSucceeded, message: 'Migration succeeded' },
  saved: { code: 0, reason: EXIT_REASON.saveStateSucceeded, message: 'Saved to disk' },
  leftUnseen: {
    code: 0,
    reason: EXIT_REASON.migrationSucceeded,
    message: 'Left during its migration while nobody watched',
  },
  neverArrived: {
    code: 1,
    reason: EXIT_REASON.migrationFailed,
    message: 'The migration to this host ended before the guest ran here',
  },
  missing: {
    code: 1,
    reason: EXIT_REASON.libvirtDomainMissing,
    message: 'The VM ended while nobody watched it',
  },
} as const;

export function newVmRecord(
  vm: Pick<VmRecord, 'vmId' | 'name' | 'xml' | 'images'>,
  nowS: number,
): VmRecord {
  return {
    ...vm,
    status: 'WaitForLaunch',
    statusSinceS: nowS,
    createdS: nowS,
    intent: 'none',
    shutdownBy: 'unknown',
    pauseCode: 'NOERR',
  };
}

export function withStatus(record: VmRecord, status: VmStatus, nowS: number): VmRecord {
  return record.status === status ? record : { ...record, status, statusSinceS: nowS };
}

/** The guest stays here after all. */
export function stayed(record: VmRecord, nowS: number): VmRecord {
  const { movesTo: _movesTo, ...rest } = record;
  return record.status === 'Migration Source' ? withStatus(rest, 'Up', nowS) : rest;
}

export function ended(record: VmRecord, exit: VmExit, nowS: number): VmRecord {
  return { ...withStatus(record, 'Down', nowS), exit };
}

/** The exit reason of a stop (vdsm.md A6), from its cause and what was asked before. */
export function exitOf(cause: StopCause, record: Pick<VmRecord, 'intent' | 'shutdownBy'>): VmExit {
  switch (cause) {
    case 'migrated':
      return EXIT.migrated;
    case 'saved':
      return EXIT.saved;
    case 'destroyed':
      if (record.intent === 'end-pause') return EXIT.pausedTooLong;
      // Somebody else's `virsh destroy` is as unexpected as a crash.
      return record.intent === 'none' ? EXIT.lostQemu : EXIT.adminShutdown;
    case 'crashed':
    case 'failed':
      return record.intent === 'destroy' ? EXIT.adminShutdown : EXIT.lostQemu;
    case 'shutdown':
      if (record.intent === 'shutdown' || record.intent === 'destroy') return EXIT.adminShutdown;
      return record.shutdownBy === 'host' ? EXIT.hostShutdown : EXIT.userShutdown;
  }
}

type DomainEvent = Exclude<VirtEvent, { kind: 'connection' }>;

/** The record after an event of its domain. A Down VM stays as it is. */
export function afterEvent(record: VmRecord, event: DomainEvent, nowS: number): VmRecord {
  if (record.status === 'Down') return record;
  switch (event.kind) {
    case 'started':
      // The look that follows the start tells more than this.
      return record;
    case 'resumed':
      // On the target of a migration this is the guest's first instruction here.
      if (record.status !== 'Paused' && record.status !== 'Migration Destination') return record;
      return { ...withStatus(record, 'Up', nowS), pauseCode: 'NOERR' };
    case 'paused': {
      if (record.status === 'Migration Destination') return record;
      // The source of a migration pauses at its end; it is no pause that anybody should act on.
      if (event.reason === 'migration') return record;
      const pauseCode = event.reason === 'io-error' ? pauseCodeOf(record) : 'NOERR';
      return { ...withStatus(record, 'Paused', nowS), pauseCode };
    }
    case 'io-error':
      return { ...record, pauseCode: event.reason === 'enospc' ? 'ENOSPC' : 'EIO' };
    case 'shutdown':
      return { ...withStatus(record, 'Powering down', nowS), shutdownBy: event.by };
    case 'rebooted': {
      const intent = record.intent === 'reboot' ? 'none' : record.intent;
      return { ...withStatus(record, 'Up', nowS), intent };
    }
    case 'stopped':
      return ended(record, exitOf(event.cause, record), nowS);
    case 'agent':
      return record;
  }
}

/** The record after a look at its domain. */
export function afterLook(record: VmRecord, view: DomainView, nowS: number): VmRecord {
  if (record.status === 'Migration Source') return record;
  const isArriving = record.status === 'Migration Destination';
  if (view.state === 'paused' && view.pauseReason !== 'migration' && !isArriving) {
    const reason = view.pauseReason ?? 'other';
    return afterEvent(record, { kind: 'paused', vmId: record.vmId, reason }, nowS);
  }
  const isStale = isArriving || ['WaitForLaunch', 'Powering up', 'Paused'].includes(record.status);
  return view.state === 'running' && isStale ? withStatus(record, 'Up', nowS) : record;
}

/** The record after the hypervisor said that there is no such domain; `stop` if it told why. */
export function afterVanishing(
  record: VmRecord,
  stop: StopCause | undefined,
  nowS: number,
): VmRecord {
  if (record.status === 'Down' || record.status === 'Migration Destination') return record;
  if (stop !== undefined) return ended(record, exitOf(stop, record), nowS);
  if (record.status === 'Migration Source') return ended(record, EXIT.leftUnseen, nowS);
  if (record.status === 'WaitForLaunch') {
    return ended(record, EXIT.startFailed('the start was interrupted'), nowS);
  }
  const asked = record.intent === 'shutdown' || record.intent === 'destroy';
  return ended(record, asked ? EXIT.adminShutdown : EXIT.missing, nowS);
}

function pauseCodeOf(record: VmRecord): string {
  return record.pauseCode === 'NOERR' ? 'EIO' : record.pauseCode;
}
