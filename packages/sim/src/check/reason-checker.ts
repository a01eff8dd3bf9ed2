// S7: a damaged slot is never believed. S8: a lost race is no failed start. S9: each action has a recorded reason whose
// inputs were in view.

import {
  type DecisionEntry,
  decodeHostSlot,
  type Effect,
  type JournalEntry,
  type PeerSlot,
} from '@hosted-engine/core';
import type { AgentCall, WorldEvent } from '../world/event.js';
import type { SimHost } from '../world/host.js';
import type { World } from '../world/world.js';
import type { Checker, Report } from './checkers.js';

/** Slots that a reader may still have in hand. */
const KEPT_SLOTS = 40;

const EFFECT_OF: Readonly<Record<AgentCall, Effect['kind']>> = {
  start: 'start-vm',
  shutdown: 'shutdown-vm',
  destroy: 'destroy-vm',
  forget: 'forget-vm',
  resume: 'resume-vm',
  migrate: 'migrate-vm',
};

interface HostRecord {
  decision: DecisionEntry | undefined;
  /** Calls since the last turn ended: their decision may be written later in the same turn. */
  readonly calls: AgentCall[];
  /** How the last start ended, if it did before the guest ran. */
  lostRace: boolean;
  lastFailureS: number | undefined;
}

export class ReasonChecker implements Checker {
  readonly #world: World;
  readonly #report: Report;
  readonly #records = new Map<SimHost, HostRecord>();
  /** What the owners of the slots really wrote, newest last. */
  readonly #written = new Map<number, Uint8Array[]>();

  constructor(world: World, report: Report) {
    this.#world = world;
    this.#report = report;
  }

  happened(event: WorldEvent): void {
    switch (event.kind) {
      case 'asked':
        this.#record(event.host).calls.push(event.call);
        // What the host daemon refuses is never launched: the race of an earlier start is not this one's.
        if (event.call === 'start') this.#record(event.host).lostRace = false;
        return;
      case 'turn':
        this.#turn(event.host);
        return;
      case 'launched':
        this.#record(event.host).lostRace = false;
        return;
      case 'qemu-ended':
        this.#record(event.host).lostRace = event.cause === 'lease-held';
        return;
      case 'slot-written':
        this.#wrote(event.id);
        return;
      case 'daemon':
      case 'powered':
        if (event.host.run === undefined) this.#records.delete(event.host);
        return;
      default:
    }
  }

  decided(host: SimHost, entry: JournalEntry): void {
    if (entry.kind !== 'decision') return;
    this.#record(host).decision = entry;
    const { slots } = entry.seen;
    if (slots.kind !== 'known') return;
    for (const peer of slots.value.peers) this.#believable(host, peer);
  }

  #record(host: SimHost): HostRecord {
    let record = this.#records.get(host);
    if (record === undefined) {
      record = { decision: undefined, calls: [], lostRace: false, lastFailureS: undefined };
      this.#records.set(host, record);
    }
    return record;
  }

  #turn(host: SimHost): void {
    const record = this.#record(host);
    for (const call of record.calls.splice(0)) this.#hasReason(host, record, call);
    const failureS = host.turn?.machine.memory.failedStartsS.at(-1);
    if (failureS !== undefined && failureS !== record.lastFailureS && record.lostRace) {
      this.#report('S8', [host], 'a start that lost the race for the lease counts as failed');
    }
    record.lastFailureS = failureS;
  }

  #hasReason(host: SimHost, { decision }: HostRecord, call: AgentCall): void {
    const effect = EFFECT_OF[call];
    if (decision === undefined || decision.reason === '') {
      this.#report('S9', [host], `${call} without a recorded reason`);
      return;
    }
    if (call !== 'start' || !decision.effects.some(({ kind }) => kind === effect)) return;
    const { seen } = decision;
    const blind = [
      seen.globalMaintenance.kind === 'unknown' ? 'global maintenance' : undefined,
      seen.storage.kind === 'unknown' ? 'storage' : undefined,
      seen.vm.kind === 'unknown' ? 'the VM' : undefined,
    ].filter((what) => what !== undefined);
    if (blind.length > 0) {
      this.#report('S9', [host], `start decided without knowing of ${blind.join(', ')}`);
    }
  }

  #wrote(id: number): void {
    if (id === 0) return;
    const bytes = this.#world.storage.slot(id);
    const kept = this.#written.get(id);
    if (kept === undefined) this.#written.set(id, [bytes]);
    else if (kept.push(bytes) > 2 * KEPT_SLOTS) kept.splice(0, KEPT_SLOTS);
  }

  #believable(host: SimHost, peer: PeerSlot): void {
    const writer = this.#world.hosts.find((other) => other.hostId === peer.hostId);
    // A slot of old has no CRC: damage in it cannot be told.
    if (writer?.slotVersion === 'python-1.2') return;
    const kept = this.#written.get(peer.hostId) ?? [];
    for (let index = kept.length - 1; index >= 0; index -= 1) {
      const bytes = kept[index];
      const verdict = bytes === undefined ? undefined : decodeHostSlot(peer.hostId, bytes);
      if (verdict?.kind !== 'host') continue;
      const { record } = verdict;
      if (String(record.hostTs) === peer.timestamp && record.score === peer.score) return;
    }
    const what = `it believes a slot of host ${peer.hostId} that nobody wrote (timestamp ${peer.timestamp})`;
    this.#report('S7', [host], what);
  }
}
