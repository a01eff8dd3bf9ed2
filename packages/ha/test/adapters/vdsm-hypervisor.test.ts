import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock, Log } from '@hosted-engine/ports';
import { hypervisorContract } from '@hosted-engine/ports/contract/hypervisor.contract';
import {
  createVdsmServer,
  EXIT_REASON,
  type VdsmCaller,
  VdsmClient,
  VdsmError,
  type VmStats,
} from '@hosted-engine/vdsm';
import { createVdsmHypervisor } from '../../src/adapters/vdsm-hypervisor.js';

const VM_ID = '11111111-2222-4333-8444-555555555555';
const SD_UUID = '21d36d5b-a88b-44b1-887a-83f230505886';
const QUIET: Log = { error() {}, warn() {}, info() {}, debug() {} };
/** Every sleep is over at the next turn of the event loop. */
const HASTY: Clock = {
  monotonicS: () => 0,
  wallMs: () => 0,
  sleep: () => new Promise((resolve) => setImmediate(resolve)),
};
const VM_CONF = `vmId=${VM_ID}
vmName=HostedEngine
memSize=1024
smp=1
emulatedMachine=pc
display=vnc
devices={index:0,iface:virtio,format:raw,poolID:00000000-0000-0000-0000-000000000000,volumeID:9a9a9a9a-0000-4000-8000-000000000001,imageID:5f1d0a52-3c46-4a6e-9d3a-0b1f7c2e9a10,specParams:{},readonly:false,domainID:${SD_UUID},optional:false,deviceId:5f1d0a52-3c46-4a6e-9d3a-0b1f7c2e9a10,device:disk,shared:exclusive,propagateErrors:off,type:disk,bootOrder:1}
`;

/** A host daemon with one VM slot, behind the real protocol on loopback. */
async function hostDaemon() {
  let stats: VmStats | undefined;
  let creations = 0;
  const entry = (): VmStats => {
    if (stats === undefined) throw new VdsmError(1, 'Virtual machine does not exist');
    return stats;
  };
  const server = createVdsmServer({
    port: 0,
    host: '127.0.0.1',
    log: QUIET,
    handlers: {
      'VM.getStats': async () => [entry()],
      'VM.create': async () => {
        if (stats !== undefined) throw new VdsmError(4, 'Virtual machine already exists');
        creations += 1;
        stats = { vmId: VM_ID, status: 'WaitForLaunch', statusTime: '1' };
        return { vmId: VM_ID, status: 'WaitForLaunch', statusTime: '1' };
      },
      'VM.destroy': async () => {
        entry();
        stats = undefined;
        return true;
      },
      'VM.shutdown': async () => {
        entry();
        return true;
      },
    },
  });
  const port = await server.listen();
  const client = await VdsmClient.connect({ host: '127.0.0.1', port, tls: undefined });
  return {
    client,
    creations: () => creations,
    set: (next: VmStats) => {
      stats = next;
    },
    async close() {
      await client.close();
      await server.close();
    },
  };
}

function hypervisorOver(vdsm: VdsmCaller) {
  return createVdsmHypervisor({
    vdsm,
    vmId: VM_ID,
    sdUUID: SD_UUID,
    hostdPort: 54321,
    emulation: true,
    shutdownTimeoutS: 60,
    clock: HASTY,
  });
}

const down = (exitReason: number, exitMessage = 'ended'): VmStats => ({
  vmId: VM_ID,
  status: 'Down',
  statusTime: '2',
  exitCode: 1,
  exitMessage,
  exitReason,
  timeOffset: '0',
});

hypervisorContract('VDSM verbs over loopback', async () => {
  const daemon = await hostDaemon();
  return {
    hypervisor: hypervisorOver(daemon.client),
    vmConf: VM_CONF,
    bootGuest: async () => daemon.set({ vmId: VM_ID, status: 'Up', statusTime: '2' }),
    guestPowersOff: async () => daemon.set(down(EXIT_REASON.userShutdown)),
    silence: () => daemon.close(),
    creations: daemon.creations,
    dispose: () => daemon.close(),
  };
});

const CAUSES: readonly (readonly [what: string, stats: VmStats, cause: string])[] = [
  ['QEMU was lost', down(EXIT_REASON.lostQemu), 'crashed'],
  ['the guest shut down', down(EXIT_REASON.userShutdown), 'shut-down'],
  ['sanlock told QEMU to end', down(EXIT_REASON.hostShutdown), 'crashed'],
  ['an admin shut it down', down(EXIT_REASON.adminShutdown), 'shut-down'],
  ['it migrated away', down(EXIT_REASON.migrationSucceeded), 'migrated-away'],
  ['the start failed', down(EXIT_REASON.genericError, 'no such file'), 'start-failed'],
  [
    'the lease is held elsewhere',
    down(
      EXIT_REASON.genericError,
      'resource busy: Failed to acquire lock: Lease is held by another host',
    ),
    'lease-held',
  ],
  ['sanlock refused by number', down(EXIT_REASON.genericError, 'error -243'), 'lease-held'],
];

for (const [what, stats, cause] of CAUSES) {
  test(`a VM that is down because ${what}: ${cause}`, async () => {
    const daemon = await hostDaemon();
    try {
      daemon.set(stats);
      const { view } = await hypervisorOver(daemon.client).vm();
      assert.equal(view.kind === 'down' ? view.cause : view.kind, cause);
    } finally {
      await daemon.close();
    }
  });
}

test("the VM's CPU figures count only once they are actual", async () => {
  const daemon = await hostDaemon();
  try {
    const up = { vmId: VM_ID, status: 'Up', statusTime: '2', cpuUser: '150.00', cpuSys: '50.00' };
    daemon.set({ ...up, cpuActual: false } as VmStats);
    assert.equal((await hypervisorOver(daemon.client).vm()).cpuCores, undefined);
    daemon.set({ ...up, cpuActual: true } as VmStats);
    assert.equal((await hypervisorOver(daemon.client).vm()).cpuCores, 2);
  } finally {
    await daemon.close();
  }
});

const STATS = {
  memFree: 2048,
  network: { ovirtmgmt: { state: 'up' }, eth1: { state: 'down' } },
};
const CPU = { nodeIndex: 0, cpuUser: '10.00', cpuSys: '5.00', cpuIdle: '85.00' };

test('host figures: before its second sample the host daemon knows no load', async () => {
  let cpu = { cpuIdle: '0.00', cpuUser: '0.00', cpuSys: '0.00', cpuStatistics: {} };
  const vdsm = { call: async () => ({ ...STATS, ...cpu }) } as unknown as VdsmCaller;
  const hypervisor = hypervisorOver(vdsm);
  const first = await hypervisor.figures();
  assert.deepEqual([first.cpuBusyShare, first.cpuCount], [undefined, undefined]);
  assert.deepEqual(
    [...first.interfaceUp],
    [
      ['ovirtmgmt', true],
      ['eth1', false],
    ],
  );
  cpu = { ...CPU, cpuStatistics: { 0: CPU, 1: CPU } };
  const second = await hypervisor.figures();
  assert.deepEqual([second.cpuBusyShare?.toFixed(2), second.cpuCount], ['0.15', 2]);
});

/** A host daemon whose answers about a migration follow each other; `throw` answers with an error. */
function migrating(views: readonly (VmStats | VdsmError)[], end: VdsmError | number) {
  const asked: string[] = [];
  let look = 0;
  const call = async (verb: string, params: { params?: { dst?: string } }) => {
    asked.push(verb === 'VM.migrate' ? `${verb} ${params.params?.dst}` : verb);
    if (verb === 'VM.getMigrationStatus') {
      if (typeof end !== 'number') throw end;
      return { status: { code: end, message: 'the target died' }, progress: 7 };
    }
    if (verb !== 'VM.getStats') return {};
    const view = views[Math.min(look, views.length - 1)];
    look += 1;
    if (view instanceof VdsmError) throw view;
    return [view];
  };
  return { asked, hypervisor: hypervisorOver({ call } as unknown as VdsmCaller) };
}
const leaving: VmStats = { vmId: VM_ID, status: 'Migration Source', statusTime: '3' };
const up: VmStats = { vmId: VM_ID, status: 'Up', statusTime: '4' };
const recovering = new VdsmError(99, 'Recovering from crash or Initializing');

test('H4: a migration is over when the guest is gone from here', async () => {
  const gone = down(EXIT_REASON.migrationSucceeded);
  const { asked, hypervisor } = migrating([leaving, recovering, leaving, gone], 0);
  await hypervisor.migrateVm('host2.lab.test');
  assert.deepEqual(asked, ['VM.migrate host2.lab.test:54321', ...Array(4).fill('VM.getStats')]);
});

test('H4: a migration that fails half-way is told with its reason', async () => {
  const { hypervisor } = migrating([leaving, up], 12);
  await assert.rejects(hypervisor.migrateVm('host2.lab.test'), /the target died/);
});

test('H4: a migration that the host daemon knows nothing of any more has failed', async () => {
  const unknown = new VdsmError(81, 'Migration not in progress');
  const { hypervisor } = migrating([leaving, up], unknown);
  await assert.rejects(hypervisor.migrateVm('host2.lab.test'), /not in progress/);
});
