import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { known } from '@hosted-engine/core';
import type {
  HostFigures,
  Hypervisor,
  LockspaceHost,
  Log,
  StorageReport,
  VmReport,
} from '@hosted-engine/ports';
import { FaultyStorage } from '@hosted-engine/ports/fakes/faulty-storage';
import { ManualClock } from '@hosted-engine/ports/fakes/manual-clock';
import { createMemoryWhiteboard } from '@hosted-engine/ports/fakes/memory-whiteboard';
import { createFacts } from '../src/facts.js';

const QUIET: Log = { error() {}, warn() {}, info() {}, debug() {} };
const never = <T>(): Promise<T> => new Promise(() => undefined);

interface Sources {
  vm: () => Promise<VmReport>;
  figures: () => Promise<HostFigures>;
  storage: () => Promise<StorageReport | 'unmonitored'>;
  network: () => Promise<number>;
  health: () => Promise<'good' | 'bad' | 'unknown'>;
  hosts: () => Promise<ReadonlyMap<number, LockspaceHost> | 'unknown'>;
}

const FIGURES: HostFigures = {
  memoryFreeMiB: 2048,
  cpuBusyShare: 0.5,
  cpuCount: 4,
  interfaceUp: new Map([['ovirtmgmt', true]]),
};
const STORAGE: StorageReport = { valid: true, delayS: 0.01, lastCheckS: 1, acquired: true };

/** Facts of a healthy host, of which a test changes the sources. */
function setUp(t: TestContext, changes: Partial<Sources> = {}) {
  const sources: Sources = {
    vm: async () => ({ view: { kind: 'running', status: 'Up' }, cpuCores: 1 }),
    figures: async () => FIGURES,
    storage: async () => STORAGE,
    network: async () => 0.8,
    health: async () => 'good',
    hosts: async () => new Map(),
    ...changes,
  };
  const clock = new ManualClock();
  const storage = new FaultyStorage();
  const calls = { changes: 0, unmonitored: 0 };
  const hypervisor: Partial<Hypervisor> = {
    vm: () => sources.vm(),
    figures: () => sources.figures(),
    storage: () => sources.storage(),
  };
  const facts = createFacts({
    // The rest of the port acts, and is not the monitors' business.
    hypervisor: hypervisor as Hypervisor,
    whiteboard: createMemoryWhiteboard({ slots: new Map(), storage, clock }),
    hostId: 1,
    leaseView: {
      owner: async () => ({ kind: 'free' }),
      hosts: () => sources.hosts(),
    },
    engineProbe: { check: async () => ({ health: await sources.health(), why: 'told so' }) },
    networkProbe: { share: () => sources.network() },
    clock,
    log: QUIET,
    bridge: 'ovirtmgmt',
    ioTimeoutS: 10,
    onChange: () => {
      calls.changes += 1;
    },
    onUnmonitored: () => {
      calls.unmonitored += 1;
    },
  });
  const life = new AbortController();
  const run = facts.run(life.signal);
  t.after(async () => {
    life.abort();
    await run;
  });
  facts.want({ health: true, lease: true });
  return { facts, clock, storage, sources, calls };
}

/** What of the facts is known, by name. */
function knownOf(facts: ReturnType<typeof createFacts>): string[] {
  const all = {
    vm: facts.vm(),
    health: facts.health(),
    storage: facts.storage(),
    board: facts.board(),
    lease: facts.lease(),
    network: facts.networkShare(),
    bridge: facts.bridgeUp(),
    memory: facts.memoryFreeMiB(),
    cpu: facts.cpuLoad(),
    cores: facts.cpuCores(),
  };
  return Object.entries(all)
    .filter(([, fact]) => fact.kind === 'known')
    .map(([name]) => name);
}

const ALL = 'vm health storage board lease network bridge memory cpu cores'.split(' ');
const without = (...names: string[]): string[] => ALL.filter((name) => !names.includes(name));

test('everything is known of a healthy host', async (t) => {
  const { facts, clock } = setUp(t);
  await clock.advance(5000);
  assert.deepEqual(knownOf(facts), ALL);
  assert.deepEqual(facts.bridgeUp(), known(true, 0));
  assert.deepEqual(facts.cpuLoad(), known(0.25, 0));
});

const HANGS: readonly (readonly [string, Partial<Sources>, readonly string[]])[] = [
  ['the VM state', { vm: never }, ['vm']],
  ['the host figures', { figures: never }, ['bridge', 'memory', 'cpu', 'cores']],
  ['the storage report', { storage: never }, ['storage']],
  ['the network test', { network: never }, ['network']],
  ['the health page', { health: never }, ['health']],
  ["sanlock's view of the host ids", { hosts: never }, []],
];

for (const [name, changes, lost] of HANGS) {
  test(`${name} hangs: only what it tells is unknown`, async (t) => {
    const { facts, clock } = setUp(t, changes);
    await clock.advance(120_000);
    assert.deepEqual(knownOf(facts), without(...lost));
  });
}

test('the whiteboard hangs: one reading waits, and the rest goes on', async (t) => {
  const { facts, clock, storage } = setUp(t);
  await clock.advance(30_000);
  storage.hang();
  await clock.advance(120_000);
  assert.deepEqual(knownOf(facts), without('board'));
  assert.equal(storage.underWayMax, 1);
});

test('a VM event is taken up though the whiteboard hangs', async (t) => {
  const { facts, clock, storage, sources, calls } = setUp(t);
  await clock.advance(30_500);
  storage.hang();
  await clock.advance(500);
  const before = calls.changes;
  sources.vm = async () => ({
    view: { kind: 'down', cause: 'crashed', detail: 'killed' },
    cpuCores: undefined,
  });
  await facts.refreshVm();
  assert.equal(calls.changes, before + 1);
});

test('a bridge that does not exist is down; without an answer it is unknown', async (t) => {
  const { facts, clock } = setUp(t, {
    figures: async () => ({ ...FIGURES, interfaceUp: new Map() }),
  });
  await clock.advance(1000);
  assert.deepEqual(facts.bridgeUp(), known(false, 1));
});

const UNUSABLE: readonly (readonly [string, Partial<StorageReport>])[] = [
  ['its last check failed', { valid: false }],
  ['its checks take longer than 10 s', { delayS: 10.1 }],
  ['it was not checked for half a minute', { lastCheckS: 31 }],
  ['the host id is not held', { acquired: false }],
];

for (const [name, change] of UNUSABLE) {
  test(`the storage is not usable: ${name}`, async (t) => {
    const { facts, clock } = setUp(t, { storage: async () => ({ ...STORAGE, ...change }) });
    await clock.advance(1000);
    assert.deepEqual(facts.storage(), known(false, 1));
  });
}

test('a domain that the host daemon forgot is unknown, and is connected again', async (t) => {
  const { facts, clock, calls } = setUp(t, { storage: async () => 'unmonitored' });
  await clock.advance(1000);
  assert.equal(facts.storage().kind, 'unknown');
  assert.equal(calls.unmonitored, 1);
});

test('a host that cannot ask for the health page says nothing of the engine', async (t) => {
  const { facts, clock } = setUp(t, { health: async () => 'unknown' });
  await clock.advance(1000);
  assert.deepEqual(facts.health(), { kind: 'unknown', why: 'told so' });
});

test("the next engine VM is not healthy by the health of the one before, which may crash within a poll's time", async (t) => {
  const { facts, clock, sources } = setUp(t);
  await clock.advance(0);
  assert.deepEqual(facts.health(), known('good', 0));
  sources.health = never;
  facts.want({ health: false, lease: true });
  await clock.advance(500);
  facts.want({ health: true, lease: false });
  await clock.advance(500);
  assert.equal(facts.health().kind, 'unknown');
});

test('nor by an answer that was under way when it crashed', async (t) => {
  let answer = (_: 'good'): void => undefined;
  const { facts, clock, sources } = setUp(t);
  await clock.advance(0);
  sources.health = () => new Promise((resolve) => (answer = resolve));
  await clock.advance(2000);
  facts.want({ health: false, lease: true });
  facts.want({ health: true, lease: false });
  sources.health = async () => 'bad';
  answer('good');
  await clock.advance(0);
  assert.deepEqual(facts.health(), known('bad', 0));
});
