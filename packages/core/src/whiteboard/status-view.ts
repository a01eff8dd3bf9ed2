// What `--vm-status` shows, as data. Text and JSON are two renderings of it (render-status.ts).
//
//   S1. A slot that cannot be read has a block of its own and touches no other host's.
//   S2. Liveness is handed in: only a reader that has watched a slot change knows it. A reader of a
//       file after the fact does not, and says so instead of guessing (I5).

import type { GlobalSlot } from './global-slot.js';
import type { HostRecord, HostSlot, SlotRejection } from './host-record.js';

export type Liveness = 'live' | 'stale' | 'unknown';

export type HostStatus =
  | { readonly kind: 'host'; readonly record: HostRecord; readonly liveness: Liveness }
  | {
      readonly kind: 'rejected';
      readonly hostId: number;
      readonly reason: SlotRejection;
      readonly detail: string;
    };

export interface StatusView {
  readonly globalMaintenance: boolean | 'unknown';
  /** By host id, ascending; slots of no host are left out. */
  readonly hosts: readonly HostStatus[];
}

export interface StatusInput {
  readonly global: GlobalSlot;
  readonly slots: ReadonlyMap<number, HostSlot>;
  /** Host ids whose slot is known to change; `unknown` when nobody has watched. */
  readonly liveHostIds: ReadonlySet<number> | 'unknown';
}

export function statusView(input: StatusInput): StatusView {
  const ids = [...input.slots.keys()].sort((a, b) => a - b);
  return {
    globalMaintenance:
      input.global.kind === 'global' ? input.global.maintenance === true : 'unknown',
    hosts: ids.flatMap((id) => hostStatus(id, input)),
  };
}

function hostStatus(id: number, { slots, liveHostIds }: StatusInput): readonly HostStatus[] {
  const slot = slots.get(id);
  if (slot === undefined || slot.kind === 'empty') return [];
  if (slot.kind === 'rejected') {
    return [{ kind: 'rejected', hostId: id, reason: slot.reason, detail: slot.detail }];
  }
  return [{ kind: 'host', record: slot.record, liveness: livenessOf(id, liveHostIds) }];
}

function livenessOf(id: number, liveHostIds: StatusInput['liveHostIds']): Liveness {
  if (liveHostIds === 'unknown') return 'unknown';
  return liveHostIds.has(id) ? 'live' : 'stale';
}
