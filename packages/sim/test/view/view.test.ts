import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../../src/index.js';
import { demonstrate } from '../../src/view/demo.js';
import { type FrameInput, frame } from '../../src/view/frame.js';
import { actionOf } from '../../src/view/keys.js';

async function settled(): Promise<World> {
  const world = new World({ hosts: 3, seed: 1 });
  await world.advance(60);
  return world;
}

function picture(world: World, changes: Partial<FrameInput> = {}): readonly string[] {
  return frame({
    world: world.snapshot(),
    log: world.log,
    violations: world.violations.length,
    chosen: 1,
    speed: 10,
    isPaused: false,
    columns: 80,
    rows: 24,
    isColoured: false,
    ...changes,
  });
}

/** Presses keys as a user would, on the host that runs the engine VM. */
function press(world: World, keys: string): void {
  const [runner = 1] = world.snapshot().engine.runsOn;
  for (const key of keys) {
    const action = actionOf(key, world.snapshot(), runner);
    assert.equal(action.kind, 'faults', key);
    if (action.kind === 'faults') for (const fault of action.faults) world.apply(fault);
  }
}

test('the picture has exactly the size of the terminal', async () => {
  const world = await settled();
  for (const [columns, rows] of [
    [80, 24],
    [60, 20],
    [132, 50],
  ] as const) {
    const lines = picture(world, { columns, rows });
    assert.equal(lines.length, rows);
    for (const line of lines) assert.equal(line.length, columns, line);
  }
});

test('it says who runs the engine VM, and names every key', async () => {
  const text = picture(await settled()).join('\n');
  assert.match(text, /Engine VM: healthy on host\d/);
  assert.match(text, /EngineStarting -> EngineUp: the engine is healthy/);
  for (const help of ['p power', 'n network', 'l local maintenance', 'k kill QEMU', 'q quit']) {
    assert.ok(text.includes(help), help);
  }
});

test('a terminal that is too small is told what is needed', async () => {
  assert.match(picture(await settled(), { columns: 40, rows: 10 })[0] ?? '', /40 x 10: 60 x 20/);
});

test('each key breaks something and heals it again; the engine comes back', async () => {
  const world = await settled();
  for (const key of 'pnsbdfhlkueag') {
    press(world, key);
    await world.advance(15);
    press(world, 'c');
    await world.advance(180);
    assert.ok(world.snapshot().engine.isHealthy, `${key}\n${picture(world).join('\n')}`);
  }
  assert.deepEqual(world.violations, []);
});

test('keys that break nothing', async () => {
  const snapshot = (await settled()).snapshot();
  assert.deepEqual(actionOf('2', snapshot, 1), { kind: 'select', host: 2 });
  assert.deepEqual(actionOf('4', snapshot, 1), { kind: 'none' });
  assert.deepEqual(actionOf(' ', snapshot, 1), { kind: 'pause' });
  assert.deepEqual(actionOf('+', snapshot, 1), { kind: 'speed', by: 1 });
  assert.deepEqual(actionOf('\u0003', snapshot, 1), { kind: 'quit' });
});

test('without a terminal the story ends well, and is the same each time', async () => {
  const tell = async (): Promise<string> => {
    let text = '';
    const isWell = await demonstrate(new World({ hosts: 3, seed: 1 }), (more) => {
      text += more;
    });
    assert.ok(isWell, text);
    return text;
  };
  const story = await tell();
  assert.match(story, /LocalMaintenanceMigrateVm/);
  assert.match(story, /restarting the engine VM here/);
  assert.match(story, /waiting for the lease of host \d/);
  assert.equal(await tell(), story);
});
