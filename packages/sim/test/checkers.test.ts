// Each checker can fail: the world is bent by hand into what must never be, and the checker says so.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULT_TIMING, DEFAULT_WEIGHTS, SLOT_BYTES } from '@hosted-engine/core';
import type { RuleName } from '../src/check/checkers.js';
import { LivenessChecker } from '../src/check/liveness-checker.js';
import { formatLogLine, parseFault, World } from '../src/index.js';
import type { SimHost } from '../src/world/host.js';

const SETTLED_S = 40;

async function settled(hosts = 2): Promise<World> {
  const world = new World({ hosts, seed: 5 });
  await world.advance(SETTLED_S);
  assert.deepEqual(world.violations, []);
  return world;
}

function runnerOf(world: World): SimHost {
  const runner = world.runner();
  assert.ok(runner !== undefined, world.log.map(formatLogLine).join('\n'));
  return runner;
}

function standbyOf(world: World): SimHost {
  const standby = world.hosts.find((host) => host !== world.runner());
  assert.ok(standby !== undefined);
  return standby;
}

function assertBroken(world: World, rule: RuleName): void {
  const rules = world.violations.map((violation) => violation.rule);
  assert.ok(rules.includes(rule), `${rule} was not seen, only ${rules.join(', ') || 'nothing'}`);
}

function slotWith(timestamp: number): Uint8Array {
  const slot = new Uint8Array(SLOT_BYTES);
  slot.set(new TextEncoder().encode(`1|1|${timestamp}|1|3400|`));
  return slot;
}

describe('safety: the checker sees', () => {
  test('S1: two QEMUs', async () => {
    const world = await settled();
    const host = standbyOf(world);
    const { qemu } = runnerOf(world).machine?.hypervisor ?? {};
    const { hypervisor } = host.machine ?? {};
    assert.ok(hypervisor !== undefined && qemu !== undefined);
    hypervisor.qemu = { ...qemu };
    world.happened({ kind: 'guest-started', host, origin: 'agent' });
    assertBroken(world, 'S1');
  });

  test('S2: QEMU without its lease', async () => {
    const world = await settled();
    world.storage.lease = undefined;
    await world.advance(3);
    assertBroken(world, 'S2');
  });

  test('S3: a start by a host whose lease has run out', async () => {
    const world = await settled();
    const host = runnerOf(world);
    world.apply(parseFault(`storage-hang ${host.index}`));
    await world.advance(40);
    assert.deepEqual(world.violations, []);
    world.happened({ kind: 'asked', host, call: 'start' });
    assertBroken(world, 'S3');
  });

  for (const call of ['start', 'shutdown', 'destroy', 'migrate', 'resume'] as const) {
    test(`S4: ${call} in global maintenance`, async () => {
      const world = await settled();
      world.apply(parseFault('maintenance global'));
      await world.advance(20);
      assert.deepEqual(world.violations, []);
      world.happened({ kind: 'asked', host: runnerOf(world), call });
      assertBroken(world, 'S4');
    });
  }

  test("S4: an agent's start that was not taken back", async () => {
    const world = await settled();
    world.apply(parseFault('maintenance global'));
    await world.advance(20);
    world.happened({ kind: 'guest-started', host: runnerOf(world), origin: 'agent' });
    assertBroken(world, 'S4');
  });

  test('S5: a start in local maintenance', async () => {
    const world = await settled();
    const host = standbyOf(world);
    world.apply(parseFault(`maintenance local ${host.index}`));
    await world.advance(20);
    world.happened({ kind: 'asked', host, call: 'start' });
    assertBroken(world, 'S5');
  });

  test("S6: a slot that is another host's", async () => {
    const world = await settled();
    world.happened({ kind: 'slot-written', host: world.host(1), id: 2, askedS: 0 });
    assertBroken(world, 'S6');
  });

  test('S6: one host id on two hosts', async () => {
    const world = await settled();
    const twin = world.addHost(1, 'twin');
    twin.powerOn(1000);
    const { machine } = twin;
    const sanlock = world.host(1).machine?.sanlock;
    assert.ok(machine !== undefined && sanlock !== undefined);
    Object.assign(machine, { sanlock });
    world.happened({ kind: 'sanlock', host: twin, text: 'joined' });
    assertBroken(world, 'S6');
  });

  test('S7: a slot that nobody wrote', async () => {
    const world = await settled();
    const [reader, writer] = world.hosts;
    assert.ok(reader !== undefined && writer !== undefined);
    const seen = reader.turn?.seen;
    assert.ok(seen?.slots.kind === 'known');
    const [peer] = seen.slots.value.peers;
    assert.ok(peer !== undefined);
    const forged = { ...seen.slots.value, peers: [{ ...peer, timestamp: '123456789' }] };
    const { turn } = reader;
    assert.ok(turn !== undefined);
    world.checkers.decided(reader, {
      kind: 'decision',
      wallMs: 0,
      hostname: reader.name,
      from: turn.before,
      seen: { ...seen, slots: { ...seen.slots, value: forged } },
      config: { timing: DEFAULT_TIMING, weights: DEFAULT_WEIGHTS },
      to: turn.machine.name,
      deadlineS: undefined,
      effects: [],
      reason: 'forged',
      score: turn.score,
    });
    assertBroken(world, 'S7');
  });

  test('S8: a lost race that counts as a failure', async () => {
    const world = await settled();
    const host = standbyOf(world);
    world.happened({ kind: 'launched', host, origin: 'agent' });
    world.happened({ kind: 'qemu-ended', host, cause: 'lease-held', detail: '' });
    const { turn } = host;
    assert.ok(turn !== undefined);
    const memory = { ...turn.machine.memory, failedStartsS: [1] };
    host.turn = { ...turn, machine: { ...turn.machine, memory } };
    world.happened({ kind: 'turn', host });
    assertBroken(world, 'S8');
  });

  test('S9: an action without a recorded reason', async () => {
    const world = new World({ hosts: 1, seed: 1 });
    await world.advance(0.01);
    const host = world.host(1);
    world.happened({ kind: 'asked', host, call: 'destroy' });
    world.happened({ kind: 'turn', host });
    assertBroken(world, 'S9');
  });

  test('S10: a slot that goes back', async () => {
    const world = await settled();
    const host = world.host(1);
    world.storage.slots.set(1, slotWith(1));
    world.happened({ kind: 'slot-written', host, id: 1, askedS: 0 });
    assertBroken(world, 'S10');
  });

  test('pace: a daemon that spins', async () => {
    const world = await settled();
    const host = world.host(1);
    for (let turn = 0; turn < 200; turn += 1) world.happened({ kind: 'turn', host });
    assertBroken(world, 'pace');
  });
});

describe('liveness: the checker sees', () => {
  test('nothing wrong where nothing is', async () => {
    const world = await settled();
    await new LivenessChecker(world).watch();
    assert.deepEqual(world.violations, []);
  });

  test('L1: nobody starts the engine VM', async () => {
    const world = await settled();
    world.apply(parseFault('start-fails all no such image'));
    world.apply(parseFault('kill-vm'));
    await new LivenessChecker(world).watch();
    assertBroken(world, 'L1');
  });

  test('L2: an engine that stays down, and nobody says so', async () => {
    const world = await settled();
    for (const host of world.hosts) host.stopDaemon();
    world.apply(parseFault('engine-break'));
    await new LivenessChecker(world).watch();
    assertBroken(world, 'L2');
  });

  test('L3: restart upon restart', async () => {
    const world = await settled();
    const watching = new LivenessChecker(world).watch();
    const host = standbyOf(world);
    for (let start = 0; start < 4; start += 1) {
      world.happened({ kind: 'guest-started', host, origin: 'agent' });
    }
    await watching;
    assertBroken(world, 'L3');
  });

  test('L4: a VM that wanders', async () => {
    const world = await settled();
    const watching = new LivenessChecker(world).watch();
    for (let move = 0; move < 3; move += 1) {
      world.happened({ kind: 'migrated', host: world.host(1), to: 'host2' });
    }
    await watching;
    assertBroken(world, 'L4');
  });

  test('L5: a host that stays in maintenance', async () => {
    const world = await settled();
    world.apply(parseFault(`maintenance local ${standbyOf(world).index}`));
    await new LivenessChecker(world).watch();
    assertBroken(world, 'L5');
  });
});
