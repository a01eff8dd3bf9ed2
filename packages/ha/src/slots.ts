import {
  decodeGlobalSlot,
  decodeHostSlot,
  type PeerSlot,
  peerSlotOf,
  type SlotsReading,
} from '@hosted-engine/core';
import type { Clock, Log, Whiteboard } from '@hosted-engine/ports';

/** A whole reading of the whiteboard: raw for the broker's clients, decoded for the decisions. */
export interface BoardReading {
  readonly raw: ReadonlyMap<number, Uint8Array>;
  readonly slots: SlotsReading;
  /** Undefined while slot 0 cannot be believed. */
  readonly globalMaintenance: boolean | undefined;
  readonly globalFault: string | undefined;
}

export interface SlotReaderOptions {
  readonly whiteboard: Whiteboard;
  readonly hostId: number;
  readonly clock: Clock;
  readonly log: Log;
  /** All slots are scanned this often, for hosts that are new; in between the known ones only. @default 60 */
  readonly fullScanS?: number;
}

export interface SlotReader {
  /** The next reading is a scan of all slots: somebody must take over, whoever is there. */
  scanNext(): void;
  read(): Promise<BoardReading>;
}

/** Longer than the core's time to settle after a start. */
const NEW_FOR_S = 20;

/** Reads the slots of known hosts, and all of them once a minute (house.md 6). */
export function createSlotReader(options: SlotReaderOptions): SlotReader {
  const { whiteboard, clock, log, hostId } = options;
  let known: readonly number[] = [];
  let scannedS: number | undefined;
  let firstS: number | undefined;
  /** Verdicts that were logged already, so that a bad slot is told of once and not each tick. */
  const told = new Map<number, string>();

  async function readRaw(nowS: number): Promise<ReadonlyMap<number, Uint8Array>> {
    firstS ??= nowS;
    // At first each reading is a scan: hosts that start together must find each other.
    const isNew = nowS - firstS < NEW_FOR_S;
    const isDue = scannedS === undefined || nowS - scannedS >= (options.fullScanS ?? 60);
    if (!isDue && !isNew) return whiteboard.readSlots([0, ...known]);
    const all = await whiteboard.readAll();
    known = [...all.keys()].filter((id) => id !== 0);
    scannedS = nowS;
    return all;
  }

  function believe(id: number, bytes: Uint8Array): PeerSlot | undefined {
    const verdict = decodeHostSlot(id, bytes);
    const text = verdict.kind === 'rejected' ? `${verdict.reason}: ${verdict.detail}` : '';
    if ((told.get(id) ?? '') !== text) {
      told.set(id, text);
      if (text !== '') log.warn(`ignoring the slot of host ${id}: ${text}`);
      else log.info(`the slot of host ${id} can be read again`);
    }
    return verdict.kind === 'host' ? peerSlotOf(verdict.record) : undefined;
  }

  return {
    scanNext() {
      scannedS = undefined;
    },
    async read() {
      const readS = clock.monotonicS();
      const raw = await readRaw(readS);
      const peers: PeerSlot[] = [];
      for (const [id, bytes] of raw) {
        if (id === 0 || id === hostId) continue;
        const slot = believe(id, bytes);
        if (slot !== undefined) peers.push(slot);
      }
      const global = decodeGlobalSlot(raw.get(0) ?? new Uint8Array(4096));
      const believable = global.kind === 'global';
      return {
        raw,
        slots: { peers, readS },
        globalMaintenance: believable ? (global.maintenance ?? false) : undefined,
        globalFault: believable ? undefined : global.detail,
      };
    },
  };
}
