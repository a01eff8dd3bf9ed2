import type { VmView } from '@hosted-engine/core';
import type { SimHost } from './host.js';
import { DOMAIN } from './sanlock.js';
import type { World } from './world.js';

/** What an observer of everything would write down; plain data. */
export interface WorldSnapshot {
  readonly atS: number;
  /** Undefined: slot 0 cannot be read. */
  readonly globalMaintenance: boolean | undefined;
  readonly isGatewayUp: boolean;
  readonly engine: {
    /** Numbers of the hosts whose QEMU runs the guest: never more than one. */
    readonly runsOn: readonly number[];
    readonly isHealthy: boolean;
  };
  /** Host id in the VM's lease; undefined when it is free. */
  readonly leaseOf: number | undefined;
  readonly hosts: readonly HostSnapshot[];
}

export interface HostSnapshot {
  readonly index: number;
  readonly hostId: number;
  readonly name: string;
  readonly isPowered: boolean;
  readonly daemon: 'running' | 'frozen' | 'off';
  readonly hostd: 'up' | 'down' | 'hung' | 'off';
  /** Name of the agent's state; undefined while no daemon runs. */
  readonly state: string | undefined;
  readonly reason: string;
  readonly score: number;
  readonly vm: VmView;
  readonly sanlock: 'joined' | 'joining' | 'absent' | 'dead';
  /** Seconds since sanlock renewed the host id. */
  readonly renewalAgeS: number | undefined;
  readonly network: 'ok' | 'cut' | 'one-way';
  readonly isBridgeUp: boolean;
  readonly storage: 'ok' | 'hang' | 'error' | 'read-only';
  readonly localMaintenance: boolean;
}

export function snapshotOf(world: World): WorldSnapshot {
  const running = world.hosts.filter((host) => host.machine?.hypervisor.isRunning === true);
  return {
    atS: world.nowS,
    globalMaintenance: world.globalMaintenance,
    isGatewayUp: world.isGatewayUp,
    engine: {
      runsOn: running.map((host) => host.index),
      isHealthy: running[0]?.machine?.hypervisor.qemu?.guest?.isHealthy === true,
    },
    leaseOf: world.storage.lease?.hostId,
    hosts: world.hosts.map(hostSnapshot),
  };
}

function hostSnapshot(host: SimHost): HostSnapshot {
  const { machine, run, turn } = host;
  const isAlive = run !== undefined && turn !== undefined;
  return {
    index: host.index,
    hostId: host.hostId,
    name: host.name,
    isPowered: host.isPowered,
    daemon: run === undefined ? 'off' : run.process.state === 'frozen' ? 'frozen' : 'running',
    hostd: machine?.hypervisor.hostd ?? 'off',
    state: isAlive ? turn.machine.name : undefined,
    reason: isAlive ? turn.reason : '',
    score: isAlive ? turn.score.total : 0,
    vm: machine?.hypervisor.view() ?? { kind: 'absent' },
    sanlock:
      machine === undefined || machine.sanlock.isDead ? 'dead' : machine.sanlock.state(DOMAIN),
    renewalAgeS: machine?.sanlock.renewalAgeS(),
    network: host.networkMode,
    isBridgeUp: host.isBridgeUp,
    storage: host.path.mode,
    localMaintenance: host.localMaintenance.on,
  };
}
