import {
  DEFAULT_TIMING,
  DEFAULT_WEIGHTS,
  initialMachine,
  known,
  type Machine,
  type Memory,
  type Observation,
  type Peer,
  type PeerSlot,
  type StateName,
} from '../../src/index.js';

export const CONFIG = { timing: DEFAULT_TIMING, weights: DEFAULT_WEIGHTS };
export const NOW_S = 10_000;

/** Host 1, all well, the engine VM nowhere, its lease free. Each test states only what differs. */
export const QUIET: Observation = {
  nowS: NOW_S,
  hostId: 1,
  globalMaintenance: known(false),
  localMaintenance: false,
  vm: known({ kind: 'absent' }),
  health: { kind: 'unknown', why: 'not polled' },
  storage: known(true),
  slots: known({ peers: [], readS: NOW_S }),
  lease: known({ kind: 'free' }),
  networkShare: known(1),
  bridgeUp: known(true),
  memoryFreeMiB: known(8000),
  cpuLoad: known(0.1),
  cpuCores: known(4),
  configUpToDate: known(true),
  vmMemoryMiB: 4096,
  startRefused: undefined,
  moveRefused: undefined,
  serviceRefused: undefined,
  resumeRefused: undefined,
  localMaintenanceForced: false,
};

export function seeing(changes: Partial<Observation>): Observation {
  return { ...QUIET, ...changes };
}

export function slot(hostId: number, changes: Partial<PeerSlot> = {}): PeerSlot {
  return {
    hostId,
    timestamp: '100',
    score: 3400,
    engine: { vm: 'down', health: 'bad', detail: 'unknown' },
    hostname: `host${hostId}`,
    localMaintenance: false,
    stopped: false,
    state: 'EngineDown',
    ...changes,
  };
}

export function peer(hostId: number, changes: Partial<PeerSlot> & Partial<Peer> = {}): Peer {
  return {
    slot: slot(hostId, changes),
    freshness: changes.freshness ?? 'fresh',
    silentS: changes.silentS ?? 0,
    firstSeenS: NOW_S - 100,
    changedS: NOW_S,
    changes: 10,
    intervalS: 2,
    waitingSinceS: changes.waitingSinceS,
  };
}

/** A machine in `name` since 100 s, with peers that the observation's reading leaves as they are. */
export function machineIn(
  name: StateName,
  memory: Partial<Memory> & { peersNow?: readonly Peer[] } = {},
  changes: Partial<Machine> = {},
): Machine {
  const { peersNow = [], ...rest } = memory;
  const base = initialMachine(NOW_S - 100);
  return {
    name,
    sinceS: NOW_S - 100,
    deadlineS: undefined,
    ...changes,
    memory: {
      ...base.memory,
      peers: new Map(peersNow.map((one) => [one.slot.hostId, one])),
      slotsReadS: NOW_S,
      readings: 50,
      ...rest,
    },
  };
}
