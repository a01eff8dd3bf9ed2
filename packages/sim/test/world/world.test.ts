import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatLogLine, parseFault, World } from '../../src/index.js';

async function story(seed: number, steps: readonly (number | string)[]): Promise<World> {
  const world = new World({ hosts: 3, seed });
  for (const step of steps) {
    if (typeof step === 'number') await world.advance(step);
    else world.apply(parseFault(step));
  }
  return world;
}

function textOf(world: World): string {
  return world.log.map(formatLogLine).join('\n');
}

describe('the simulated world', () => {
  test('three hosts start: one engine, healthy', async () => {
    const world = await story(1, [60]);
    const { engine } = world.snapshot();
    assert.equal(engine.runsOn.length, 1, textOf(world));
    assert.ok(engine.isHealthy, textOf(world));
  });

  test('the same seed and the same faults give the same log', async () => {
    const steps = [60, 'power-off 1', 30, 'storage-hang 2', 60, 'storage-heal all', 60];
    assert.equal(textOf(await story(7, steps)), textOf(await story(7, steps)));
  });

  test('a host that crashes: its lease is granted 68 s after its last renewal', async () => {
    const world = await story(3, [60]);
    const [runner = 0] = world.snapshot().engine.runsOn;
    world.apply(parseFault(`power-off ${runner}`));
    await world.advance(64);
    assert.deepEqual(world.snapshot().engine.runsOn, [], textOf(world));
    await world.advance(9);
    assert.equal(world.snapshot().engine.runsOn.length, 1, textOf(world));
  });

  test('sanlock kills QEMU 8 io_timeouts after the last renewal', async () => {
    const world = await story(3, [60]);
    const [runner = 0] = world.snapshot().engine.runsOn;
    world.apply(parseFault(`storage-hang ${runner}`));
    await world.advance(10);
    assert.deepEqual(world.snapshot().engine.runsOn, [], textOf(world));
  });

  test('a daemon that is to start while it still stops starts once it has', async () => {
    const world = await story(5, [
      60,
      'freeze-daemon 2 20',
      'stop-daemon 2',
      1,
      'start-daemon 2',
      30,
    ]);
    const told = world.log.map(formatLogLine).filter((line) => line.includes('host2  daemon: '));
    assert.deepEqual(
      told.slice(1).map((line) => line.replace(/^.*daemon: /, '')),
      ['stands still for 20 s', 'goes on', 'ended', 'started'],
    );
  });
});
