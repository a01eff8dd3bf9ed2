// One number for all models that behave alike from here on: times are told by how long ago they are, and not
// told apart once no timer can. Two models with the same number are taken for the same; with 52 bits and ten
// million states that is wrong once in a hundred explorations, and then for one state.

import type { Machine, Observation, Peer, PeerSlot } from '@hosted-engine/core';
import { type Model, type ModelHost, nowS, ROUND_S } from './model.js';

/** No timer of the model is longer, in rounds. */
const LONGEST = 9;

export function keyOf(model: Model, withFacts: boolean): number {
  const now = nowS(model);
  const hosts = model.hosts.map((host) => hostKey(host, model, now, withFacts)).join('|');
  const lease =
    model.lease === undefined ? '-' : `${model.lease.hostId}.${leaseAge(model, model.lease)}`;
  const flags = `${bit(model.globalMaintenance)}${bit(model.migrationsFail)}${model.engineFault}`;
  return hash(
    `${hosts}|${lease}|${flags}|${model.faults - model.starts},${model.faults},${model.delays}`,
  );
}

/** Generations only count up: what matters is whether the owner joined anew since. */
function leaseAge(model: Model, lease: { readonly hostId: number; readonly generation: number }) {
  return (model.hosts[lease.hostId - 1]?.generation ?? 0) - lease.generation > 0 ? 'o' : 'n';
}

function hostKey(host: ModelHost, model: Model, now: number, withFacts: boolean): string {
  const { vm } = host;
  const flags =
    bit(host.powered) +
    bit(host.storageUp) +
    bit(host.networkUp) +
    bit(host.answers) +
    bit(host.startsFail) +
    bit(host.localMaintenance) +
    bit(host.forced) +
    bit(host.joined) +
    bit(host.generation > 0);
  const guest = Object.values(vm).join('.');
  const silence = Math.min(LONGEST, model.round - host.renewedRound);
  const common = `${flags};${guest};${silence};${slotKey(host.slot, undefined)}`;
  if (!host.powered) return common;
  const refused = `${age(host.startRefused?.atS, now)}${age(host.moveRefused?.atS, now)}`;
  const pending = host.pending.map(({ kind }) => kind).join('.');
  const facts = withFacts && host.facts !== undefined ? factsKey(host.facts, model) : '';
  return `${common};${refused};${pending};${machineKey(host.machine, model, now)};${facts}`;
}

function machineKey(machine: Machine, model: Model, now: number): string {
  const { memory } = machine;
  const left = machine.deadlineS === undefined ? '-' : Math.max(0, machine.deadlineS - now);
  const peers = [...memory.peers.values()].map((peer) => peerKey(peer, model, now)).join('/');
  const banned = memory.disqualified;
  return [
    machine.name,
    age(machine.sinceS, now),
    left,
    age(memory.startedS, now),
    age(memory.slotsReadS, now),
    Math.min(2, memory.readings),
    bit(memory.wasUp),
    memory.ownStart?.hasShown === true ? 's' : age(memory.ownStart?.askedS, now),
    ages(memory.failedStartsS, now),
    ages(memory.crashesS, now),
    banned === undefined ? '-' : `${banned.reason}${Math.max(0, banned.untilS - now)}`,
    bit(memory.restartHere),
    age(memory.vacantSinceS, now),
    age(memory.contendedS, now),
    bit(memory.stopCountsAsFailure),
    memory.rung,
    age(memory.goodSinceS, now),
    memory.better === undefined ? '-' : `${memory.better.hostId}.${age(memory.better.sinceS, now)}`,
    memory.target?.hostId ?? '-',
    bit(memory.leaving),
    ages(memory.failedMovesS, now),
    age(memory.arrivedS, now),
    age(memory.resumedS, now),
    peers,
  ].join(',');
}

function peerKey(peer: Peer, model: Model, now: number): string {
  const published = model.hosts[peer.slot.hostId - 1]?.slot;
  const times = `${age(peer.changedS, now)}.${age(peer.firstSeenS, now)}.${age(peer.waitingSinceS, now)}`;
  return `${peer.freshness}${Math.min(2, peer.changes)}.${times}.${slotKey(peer.slot, published)}`;
}

/** The time stamp matters only as far as it is the one on the whiteboard now. */
function slotKey(slot: PeerSlot | undefined, published: PeerSlot | undefined): string {
  if (slot === undefined) return '-';
  const { engine } = slot;
  const isCurrent = bit(published?.timestamp === slot.timestamp);
  return `${slot.hostId}${isCurrent}${slot.score}${slot.state}${engine.vm}${engine.health}${engine.detail}${bit(slot.localMaintenance)}`;
}

function factsKey(facts: Observation, model: Model): string {
  const slots =
    facts.slots.kind === 'unknown'
      ? '-'
      : facts.slots.value.peers
          .map((slot) => slotKey(slot, model.hosts[slot.hostId - 1]?.slot))
          .join('/');
  const { globalMaintenance, vm, health, storage, lease, networkShare, localMaintenance } = facts;
  const plain = [globalMaintenance, vm, health, storage, lease, networkShare]
    .map((fact) => (fact.kind === 'unknown' ? '-' : told(fact.value)))
    .join();
  return `${plain}${bit(localMaintenance)}${bit(facts.localMaintenanceForced)}${slots}`;
}

function told(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? Object.values(value).join('.')
    : String(value);
}

function age(thenS: number | undefined, now: number): string {
  return thenS === undefined ? '-' : String(Math.min(LONGEST, Math.round((now - thenS) / ROUND_S)));
}

function ages(times: readonly number[], now: number): string {
  return times.map((time) => age(time, now)).join('+');
}

function bit(value: boolean): string {
  return value ? '1' : '0';
}

/** Two FNV-like sums side by side: 26 bits each, so that one number holds both. */
function hash(text: string): number {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
    b ^= b >>> 13;
  }
  a ^= a >>> 15;
  a = Math.imul(a, 0x2c1b3c6d);
  a ^= a >>> 12;
  return (a >>> 6) * 2 ** 26 + (b >>> 6);
}
