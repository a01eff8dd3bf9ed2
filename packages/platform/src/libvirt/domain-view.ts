// libvirt's numbers for states, reasons and statistics, as the port names them.

import type { DomainMemory, DomainState, DomainView, StopCause } from '@hosted-engine/ports';

/** Values of virDomainState. */
const STATES: readonly DomainState[] = [
  'unknown',
  'running',
  'running',
  'paused',
  'shutting-down',
  'shut-off',
  'crashed',
  'suspended',
];

export function stateOf(state: number): DomainState {
  return STATES[state] ?? 'unknown';
}

type PauseReason = NonNullable<DomainView['pauseReason']>;

/** Values of virDomainPausedReason. */
export function pauseReasonOf(reason: number): PauseReason {
  switch (reason) {
    case 1:
      return 'user';
    case 2:
    case 12:
      return 'migration';
    case 5:
      return 'io-error';
    default:
      return 'other';
  }
}

/** Values of virDomainEventSuspendedDetailType. */
export function suspendReasonOf(detail: number): PauseReason {
  switch (detail) {
    case 0:
      return 'user';
    case 1:
    case 7:
      return 'migration';
    case 2:
      return 'io-error';
    default:
      return 'other';
  }
}

/** Values of virDomainEventStoppedDetailType; one that is not known counts as a failure of QEMU. */
export function stopCauseOf(detail: number): StopCause {
  const causes: readonly StopCause[] = [
    'shutdown',
    'destroyed',
    'crashed',
    'migrated',
    'saved',
    'failed',
  ];
  return causes[detail] ?? 'failed';
}

/** Tags of virDomainMemoryStatTags, values in KiB. */
const MEMORY_TAG = { unused: 4, available: 5, actual: 6, rss: 7 } as const;

export function memoryOf(stats: ReadonlyMap<number, number>): DomainMemory {
  const actualKiB = stats.get(MEMORY_TAG.actual);
  const unusedKiB = stats.get(MEMORY_TAG.unused);
  const availableKiB = stats.get(MEMORY_TAG.available);
  const rssKiB = stats.get(MEMORY_TAG.rss);
  return {
    ...(actualKiB === undefined ? {} : { actualKiB }),
    ...(unusedKiB === undefined ? {} : { unusedKiB }),
    ...(availableKiB === undefined ? {} : { availableKiB }),
    ...(rssKiB === undefined ? {} : { rssKiB }),
  };
}

/** "9.0.0" for 9000000, libvirt's form of a version. */
export function versionText(version: number): string {
  return [Math.floor(version / 1_000_000), Math.floor(version / 1000) % 1000, version % 1000].join(
    '.',
  );
}
