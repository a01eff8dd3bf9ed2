// The outside observer of a scenario: turns what happens in the world into what expectations are held against.

import { decodeHostSlot } from '@hosted-engine/core';
import type { WorldEvent } from '../world/event.js';
import type { World } from '../world/world.js';
import type { Evidence, Happening, HostEvidence, Outage } from './evidence.js';
import type { Counted } from './expectation.js';

export interface Watch {
  /** Looks at the world now; called often enough that no outage is missed. */
  look(): void;
  evidence(): Evidence;
}

export function watch(world: World): Watch {
  const happenings: Happening[] = [];
  const outages: Outage[] = [];
  let firstFaultS = Number.POSITIVE_INFINITY;
  let outSinceS: number | undefined = 0;

  world.onEvent((event) => {
    const atS = world.clock.nowS;
    if (event.kind === 'fault') firstFaultS = Math.min(firstFaultS, atS);
    const what = countedAs(event);
    if (what !== undefined && 'host' in event) {
      happenings.push({ atS, host: event.host.index, what });
    }
    look();
  });

  function look(): void {
    const nowS = world.clock.nowS;
    const isHealthy = healthy(world);
    if (!isHealthy) outSinceS ??= nowS;
    else if (outSinceS !== undefined) {
      outages.push({ fromS: outSinceS, untilS: nowS });
      outSinceS = undefined;
    }
  }

  return {
    look,
    evidence() {
      const nowS = world.clock.nowS;
      return {
        nowS,
        firstFaultS,
        hosts: new Map(world.hosts.map((host) => [host.index, hostEvidence(world, host.index)])),
        isHealthy: healthy(world),
        isPaused: world.hosts.some(
          ({ machine }) => machine?.hypervisor.qemu?.guest?.pause !== undefined,
        ),
        happenings,
        log: world.log,
        outages:
          outSinceS === undefined ? outages : [...outages, { fromS: outSinceS, untilS: nowS }],
      };
    },
  };
}

function countedAs(event: WorldEvent): Counted | undefined {
  switch (event.kind) {
    case 'launched':
      return 'attempts';
    case 'guest-started':
      return 'starts';
    case 'migrated':
      return 'migrations';
    case 'asked':
      return event.call === 'forget' ? undefined : 'requests';
    case 'powered':
      return event.why === 'the watchdog fired' ? 'host resets' : undefined;
    case 'daemon':
      return event.what === 'restarted the engine service' ? 'service restarts' : undefined;
    case 'qemu-ended':
      switch (event.cause) {
        case 'crashed':
          return event.detail.startsWith('killed by sanlock') ? 'lease kills' : 'crashes';
        case 'shut-down':
          return 'stops';
        default:
          return undefined;
      }
    default:
      return undefined;
  }
}

function healthy(world: World): boolean {
  return world.runner()?.machine?.hypervisor.qemu?.guest?.isHealthy === true;
}

function hostEvidence(world: World, index: number): HostEvidence {
  const host = world.hosts[index - 1];
  if (host === undefined) throw new RangeError(`there is no host ${index}`);
  const bytes = world.storage.slot(host.hostId);
  const verdict = decodeHostSlot(host.hostId, bytes);
  return {
    isOn: host.isPowered,
    runsEngine: host.machine?.hypervisor.isRunning === true,
    state: host.stateName,
    score: verdict.kind === 'host' ? verdict.record.score : undefined,
    slotsRead: host.slotsRead,
    slot: new TextDecoder().decode(bytes).replaceAll(/\0+/g, '\n').trim(),
  };
}
