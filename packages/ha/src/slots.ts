import {
  decodeGlobalSlot,
  decodeHostSlot,
  type Fact,
  type PeerSlot,
  peerSlotOf,
  type SlotsReading,
} from '@hosted-engine/core';
import { type Clock, type Log, SLOT_SIZE, type Whiteboard } from '@hosted-engine/ports';

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
  /** The host ids that sanlock sees in the storage domain's lockspace. */
  readonly lockspaceIds: () => Fact<readonly number[]>;
}

export interface SlotReader {
  /** The next reading looks for hosts that are new: somebody must take over, whoever is there. */
  scanNext(): void;
  read(): Promise<BoardReading>;
}

/**
 * Which slots to read (house.md 6: those of known hosts, with a scan now and then). A scan of all 2001 is 8 MB, so
 * once a minute it would be most of what the daemon reads. Who may run the VM is in the lockspace, and sanlock
 * tells who is, so all are scanned at the start and every quarter of an hour; every minute only while sanlock
 * does not tell. The first 64 are one read of 256 KiB and all that most clusters have: those are looked at
 * every minute, and each time while the daemon is new, since hosts that start together must find each other.
 */
const NEAR_IDS: readonly number[] = Array.from({ length: 64 }, (_, id) => id);
const NEAR_SCAN_S = 60;
const FULL_SCAN_S = 15 * 60;
const BLIND_SCAN_S = 60;
/** The most often that all slots are read, however much they are wanted. */
const WANTED_SCAN_S = 10;
/** Longer than the core's time to settle after a start. */
const NEW_FOR_S = 20;

export function createSlotReader(options: SlotReaderOptions): SlotReader {
  const { whiteboard, clock, log, hostId } = options;
  /** Ids whose slot said something when last read. */
  let used: readonly number[] = [];
  let firstS: number | undefined;
  let fullScanS: number | undefined;
  let nearScanS: number | undefined;
  let isScanWanted = false;
  /** Verdicts that were logged already, so that a bad slot is told of once and not each tick. */
  const told = new Map<number, string>();

  async function readRaw(nowS: number): Promise<ReadonlyMap<number, Uint8Array>> {
    firstS ??= nowS;
    const members = options.lockspaceIds();
    const isWanted = isScanWanted || isDue(nearScanS, NEAR_SCAN_S) || nowS - firstS < NEW_FOR_S;
    const isFull =
      isDue(fullScanS, members.kind === 'known' ? FULL_SCAN_S : BLIND_SCAN_S) ||
      (isScanWanted && members.kind === 'unknown' && isDue(fullScanS, WANTED_SCAN_S));
    const scanned = isFull ? await whiteboard.readAll() : await readIds(isWanted, members);
    // Noted only now: a reading that failed was no scan.
    if (isFull) fullScanS = nowS;
    if (isFull || isWanted) {
      nearScanS = nowS;
      isScanWanted = false;
    }
    const slots = new Map([...scanned].filter(([id, bytes]) => id === 0 || isUsed(bytes)));
    used = [...slots.keys()].filter((id) => id !== 0);
    return slots;

    function isDue(lastS: number | undefined, everyS: number): boolean {
      return lastS === undefined || nowS - lastS >= everyS;
    }
  }

  function readIds(
    isNearWanted: boolean,
    members: Fact<readonly number[]>,
  ): Promise<ReadonlyMap<number, Uint8Array>> {
    const joined = members.kind === 'known' ? members.value : [];
    const near = isNearWanted ? NEAR_IDS : [0];
    return whiteboard.readSlots([...new Set([...near, ...used, ...joined])]);
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
      isScanWanted = true;
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

const UNUSED = Buffer.alloc(SLOT_SIZE);

function isUsed(bytes: Uint8Array): boolean {
  return !UNUSED.equals(bytes);
}
