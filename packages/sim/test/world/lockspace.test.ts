import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Lockspace } from '../../src/world/lockspace.js';
import { LAB_PROFILE } from '../../src/world/profile.js';
import { Random } from '../../src/world/random.js';
import { SharedStorage, StoragePath } from '../../src/world/storage.js';
import { VirtualClock } from '../../src/world/virtual-clock.js';

const NAME = 'domain';
const HOST_ID = 3;

class Cluster {
  readonly clock = new VirtualClock();
  readonly storage = new SharedStorage();
  readonly paths = new Map<string, StoragePath>();
  readonly log: string[] = [];

  join(ownerName: string): Lockspace {
    const { clock, storage, log } = this;
    const path = this.paths.get(ownerName) ?? new StoragePath(clock);
    this.paths.set(ownerName, path);
    return new Lockspace({
      name: NAME,
      hostId: HOST_ID,
      ownerName,
      clock,
      random: new Random(this.paths.size),
      profile: LAB_PROFILE,
      storage,
      path,
      machine: { isOff: false },
      hostIds: () => [HOST_ID],
      onJoined: () => log.push(`${ownerName} joined`),
      onRefused: (why) => log.push(`${ownerName} refused: ${why}`),
      onFailed: () => log.push(`${ownerName} failed`),
    });
  }
}

describe('a lockspace of the simulated sanlock', () => {
  test('of two hosts that claim an id in the same moment, one has it', async () => {
    const cluster = new Cluster();
    const spaces = ['a', 'b'].map((name) => cluster.join(name));
    await cluster.clock.advance(10);
    assert.deepEqual(
      spaces.map(({ state }) => state),
      ['absent', 'joined'],
    );
    assert.deepEqual(cluster.log.toSorted(), [
      'a refused: another host claims host id 3',
      'b joined',
    ]);
  });

  test("another's id is taken when it was silent for 8 io_timeouts and the watchdog's time", async () => {
    const cluster = new Cluster();
    const first = cluster.join('a');
    await cluster.clock.advance(10);
    first.drop();
    const second = cluster.join('b');
    await cluster.clock.advance(68);
    assert.equal(second.state, 'joining');
    await cluster.clock.advance(5);
    assert.equal(second.state, 'joined');
    assert.equal(second.generation, 2);
  });

  test("another's record is not renewed: the membership ends 8 io_timeouts later", async () => {
    const cluster = new Cluster();
    const first = cluster.join('a');
    await cluster.clock.advance(10);
    const record = { ownerName: 'b', generation: 2, timestamp: 5, ioTimeoutS: 1 };
    cluster.storage.setDelta(NAME, HOST_ID, record);
    await cluster.clock.advance(10);
    assert.equal(first.state, 'failed');
    assert.equal(cluster.storage.delta(NAME, HOST_ID), record);
  });

  test('storage that does not answer for an io_timeout: refused, and nothing is written when it does', async () => {
    const cluster = new Cluster();
    const path = new StoragePath(cluster.clock);
    cluster.paths.set('a', path);
    cluster.join('a');
    await cluster.clock.advance(0.003);
    path.set('hang');
    await cluster.clock.advance(2);
    assert.deepEqual(cluster.log, ['a refused: Connection timed out']);
    path.set('ok');
    await cluster.clock.advance(2);
    assert.equal(cluster.storage.delta(NAME, HOST_ID), undefined);
  });

  test('a renewal that hangs counts from when it was tried', async () => {
    const cluster = new Cluster();
    const space = cluster.join('a');
    await cluster.clock.advance(10);
    cluster.paths.get('a')?.set('hang');
    await cluster.clock.advance(7);
    assert.equal(space.state, 'joined');
    await cluster.clock.advance(4);
    assert.equal(space.state, 'failed');
    assert.equal(cluster.log.at(-1), 'a failed');
  });
});
