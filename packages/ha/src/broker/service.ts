// What the broker's socket serves (ha-daemon.md 9): a real VDSM's Python client and our own tools.

import {
  type DecisionEntry,
  formatEntry,
  type Peers,
  renderStatus,
  statusOfRawSlots,
} from '@hosted-engine/core';
import type { XmlRpcValue } from '@hosted-engine/formats';
import { HeError, SLOT_SIZE, type Whiteboard } from '@hosted-engine/ports';
import type { BoardReading } from '../slots.js';

export interface BrokerServiceOptions {
  readonly whiteboard: Whiteboard;
  readonly hostId: number;
  /** The last good reading, or undefined with the reason. */
  readonly board: () => { readonly reading: BoardReading | undefined; readonly why: string };
  readonly peers: () => Peers;
  /** The last turn of the loop; undefined before the first. */
  readonly decision: () => DecisionEntry | undefined;
  /** A flag was written: look at the whiteboard at once. */
  readonly onWritten: () => void;
}

/** Ours, for the CLI: everything in one answer, as JSON, which costs a client no XML. */
export interface BrokerState {
  /** By host id, 0 for the global one; base64. */
  readonly slots: Readonly<Record<string, string>>;
  readonly alive: readonly number[];
}

export interface BrokerService {
  /** Throws HE_STORAGE_UNREACHABLE while the whiteboard cannot be read. */
  state(): BrokerState;
  /**
   * What `--vm-status` prints. Throws HE_STORAGE_UNREACHABLE while the whiteboard cannot be read, HE_FAILED while
   * no host is on it.
   */
  status(isJson: boolean): string;
  /** The last turn of the loop as a line of the journal; empty before the first. */
  decision(): string;
  call(method: string, params: readonly XmlRpcValue[]): Promise<XmlRpcValue>;
}

export function createBrokerService(options: BrokerServiceOptions): BrokerService {
  function rawSlots(): ReadonlyMap<number, Uint8Array> {
    const { reading, why } = options.board();
    if (reading === undefined) {
      throw new HeError('HE_STORAGE_UNREACHABLE', `the whiteboard cannot be read: ${why}`);
    }
    return reading.raw;
  }

  function stats(): XmlRpcValue {
    return Object.fromEntries([...rawSlots()].map(([id, bytes]) => [String(id), bytes]));
  }

  function alive(): number[] {
    const peers = [...options.peers().values()].filter((peer) => peer.freshness === 'fresh');
    return [options.hostId, ...peers.map((peer) => peer.slot.hostId)].sort((a, b) => a - b);
  }

  /** Only slot 0 is open to clients: each host's slot belongs to its own daemon (I8). */
  async function putStats(id: XmlRpcValue, slot: XmlRpcValue): Promise<XmlRpcValue> {
    if (Number(id) !== 0) {
      throw new HeError('HE_NOT_PERMITTED', `slot ${String(id)} belongs to its own host's daemon`);
    }
    if (!(slot instanceof Uint8Array) || slot.length > SLOT_SIZE) {
      throw new HeError('HE_USAGE', `put_stats takes at most ${SLOT_SIZE} bytes of base64`);
    }
    const whole = new Uint8Array(SLOT_SIZE);
    whole.set(slot);
    await options.whiteboard.writeSlot(0, whole);
    options.onWritten();
    return true;
  }

  return {
    state: () => ({
      slots: Object.fromEntries(
        [...rawSlots()].map(([id, bytes]) => [String(id), Buffer.from(bytes).toString('base64')]),
      ),
      alive: alive(),
    }),
    status(isJson) {
      const view = statusOfRawSlots(rawSlots(), new Set(alive()));
      if (view.hosts.length === 0) {
        throw new HeError('HE_FAILED', 'no host has reported its state yet');
      }
      return renderStatus(view, isJson);
    },
    decision() {
      const decision = options.decision();
      return decision === undefined ? '' : formatEntry(decision);
    },
    async call(method, params) {
      switch (method) {
        case 'get_stats':
          return stats();
        case 'is_host_alive':
          return alive();
        case 'put_stats':
          // The original's client names a service type first.
          return putStats(params.at(-2) ?? null, params.at(-1) ?? null);
        default:
          throw new HeError('HE_USAGE', `the broker has no method ${method}`);
      }
    },
  };
}
