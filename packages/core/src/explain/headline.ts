// Where the engine is and how it does, in a sentence or two; and what of it is not known.

import { runsEngine } from '../engine-status.js';
import type { DecisionEntry } from '../journal/entry.js';
import { type HostNow, isBlind, type Situation } from './situation.js';

export function headlineOf(situation: Situation): readonly string[] {
  return [...engineSentences(situation), maintenanceSentence(situation)];
}

function engineSentences(situation: Situation): readonly string[] {
  const { runners, waiting } = situation;
  const [runner, ...more] = runners;
  if (runner !== undefined) {
    const moving = movement(situation, runner);
    if (moving !== undefined) return [moving];
    const also = more.map(({ name }) => name).join(' and ');
    return [
      `The engine VM runs on ${runner.name}, and ${healthText(runner)}.`,
      ...(also === ''
        ? []
        : [
            `${also} says so of itself as well: one of the two slots is a moment old. The lease lets only one of them run it.`,
          ]),
    ];
  }
  const [starter] = waiting;
  if (starter !== undefined) {
    return [`${starter.name} starts the engine VM: ${waitText(situation)}.`];
  }
  return notRunning(situation);
}

function healthText({ engine }: HostNow): string {
  if (engine === undefined) return 'its health is not known';
  if (engine.health === 'good') return 'the engine is healthy';
  if (engine.detail !== 'Up') return `the VM is not up yet: ${engine.detail}`;
  return engine.health === 'bad'
    ? 'the engine in it fails its health check'
    : `the health of the engine is not known${engine.reason === undefined ? '' : `: ${engine.reason}`}`;
}

function movement({ machine, self }: Situation, runner: HostNow): string | undefined {
  const target = runner === self ? machine?.memory.target?.hostname : undefined;
  const isMoving =
    runner.state === 'EngineMigratingAway' || runner.engine?.detail === 'Migration Source';
  if (isMoving) {
    return `The engine VM is being moved from ${runner.name} to ${target ?? 'another host'}, and goes on running meanwhile.`;
  }
  if (runner.state !== 'LocalMaintenanceMigrateVm') return undefined;
  return `The engine VM runs on ${runner.name}, and ${healthText(runner)}; it is to be moved away for the local maintenance of that host.`;
}

function notRunning(situation: Situation): readonly string[] {
  const { hosts, now } = situation;
  const starting = hosts.find((host) => {
    return host.presence === 'live' && host.state === 'EngineStart';
  });
  if (starting !== undefined) return [`${starting.name} starts the engine VM.`];
  const lost = hosts.find((host) => {
    const isLost = host.presence === 'silent' || (!host.isSelf && host.presence === 'unknown');
    return isLost && host.engine !== undefined && runsEngine(host.engine);
  });
  const canTell = situation.input.daemonFault === undefined && !isBlind(now);
  const first = canTell
    ? 'No host that reports runs the engine VM.'
    : 'Whether the engine VM runs is not known here.';
  const last =
    lost === undefined
      ? []
      : [
          `${lost.name} ran it when it last reported${silence(lost)}; whether it still does, only the lease can tell.`,
        ];
  const lease = now === undefined || !canTell ? undefined : leaseText(now, situation);
  return [first, ...last, ...(lease === undefined ? [] : [lease])];
}

export function silence(host: HostNow): string {
  return host.silentS === undefined ? '' : `, ${Math.round(host.silentS)} s ago`;
}

function waitText(situation: Situation): string {
  const lease = situation.now?.seen.lease;
  if (lease?.kind !== 'known' || lease.value.kind !== 'held') return 'it waits for the lease';
  const owner = nameOf(situation, lease.value.byHostId);
  const when = inSeconds(lease.value.grantableInS);
  return `it waits for the lease of ${owner}, which sanlock grants${when === '' ? ' once that host counts as dead' : when}`;
}

/** The lease of the engine VM, as it was looked at last. */
export function leaseText(now: DecisionEntry, situation: Situation): string | undefined {
  const { lease } = now.seen;
  if (lease.kind === 'unknown') return undefined;
  if (lease.value.kind === 'free') return 'Its lease is free.';
  const owner = nameOf(situation, lease.value.byHostId);
  switch (lease.value.owner) {
    case 'live':
      return `Its lease is held by ${owner}, which sanlock counts as alive: the VM may be running there.`;
    case 'failing':
      return `Its lease is held by ${owner}, which does not renew it; sanlock grants it to another host${inSeconds(lease.value.grantableInS)}.`;
    case 'gone':
      return `Its lease is that of ${owner}, which is gone: any host can have it.`;
    case 'unknown':
      return `Its lease is held by ${owner}, and sanlock cannot tell yet whether that host is alive.`;
  }
}

function inSeconds(seconds: number | undefined): string {
  return seconds === undefined ? '' : ` in about ${Math.ceil(seconds)} s`;
}

export function nameOf({ hosts }: Situation, hostId: number): string {
  return hosts.find((host) => host.hostId === hostId)?.name ?? `host ${hostId}`;
}

function maintenanceSentence({ globalMaintenance }: Situation): string {
  if (globalMaintenance === 'unknown') return 'Whether global maintenance is on is not known.';
  return globalMaintenance
    ? 'Global maintenance is on: no host starts, stops or moves the engine VM. "hosted-engine --set-maintenance --mode=none" ends it.'
    : 'Global maintenance is off.';
}

/** What the reader must know before believing the rest. */
export function caveatsOf({ input, hosts }: Situation): readonly string[] {
  const { daemonFault, ageS, now, damagedLines, timeText } = input;
  const rejected = hosts.filter((host) => host.presence === 'rejected');
  return [
    ...(daemonFault === undefined
      ? []
      : [
          `The HA daemon of this host does not tell: ${daemonFault}. ${
            now === undefined
              ? 'Its journal holds no decision either.'
              : `What follows is from its journal, as of ${timeText(now.wallMs)}, ${ageText(ageS)} ago, and may be out of date.`
          }`,
        ]),
    ...(daemonFault === undefined && now?.seen.slots.kind === 'unknown'
      ? [
          `This host cannot read the slots of the others: ${now.seen.slots.why}. What is said of them is what it read last.`,
        ]
      : []),
    ...rejected.map((host) => {
      return `The slot of ${host.name} cannot be believed (${host.rejection ?? ''}), so that host is left out of all decisions until it writes a good one.`;
    }),
    ...(damagedLines === 0
      ? []
      : [
          `${damagedLines} ${damagedLines === 1 ? 'line' : 'lines'} of the journal cannot be read and ${damagedLines === 1 ? 'is' : 'are'} left out.`,
        ]),
  ];
}

export function ageText(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} hours`;
  return `${Math.round(seconds / 86_400)} days`;
}
