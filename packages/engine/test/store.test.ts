import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { health } from '../src/services/health.js';
import { createDatabase } from '../src/store/database.js';
import { createEventStore, EVENTS_MAX, type NewEvent } from '../src/store/event-store.js';
import { createHostStore, type HostRecord } from '../src/store/host-store.js';

const HOST: HostRecord = {
  id: 'one',
  name: 'host1',
  comment: '',
  address: 'host1.test',
  port: 54321,
  sshPort: 22,
  createdMs: 1,
  isInstalled: false,
};

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-store-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('hosts are kept, by id, name and address once each', () => {
  const store = createHostStore(createDatabase({ file: ':memory:' }));
  assert.deepEqual(store.add(HOST), { kind: 'added' });
  assert.deepEqual(store.add({ ...HOST, id: 'two', address: 'x' }), { kind: 'name-in-use' });
  assert.deepEqual(store.add({ ...HOST, id: 'two', name: 'x' }), { kind: 'address-in-use' });
  store.markInstalled('one');
  assert.deepEqual(store.get('one'), { ...HOST, isInstalled: true });
  assert.equal(store.get('two'), undefined);
  assert.equal(store.remove('one'), true);
  assert.equal(store.remove('one'), false);
  assert.deepEqual(store.list(), []);
});

test('every commit is synced, and what was written is there after a new start', () => {
  const file = join(folder, 'kept.db');
  const first = createDatabase({ file });
  createHostStore(first).add(HOST);
  assert.equal(
    first.use((open) => open.pragma('synchronous', { simple: true })),
    2,
  );
  assert.equal(
    first.use((open) => open.pragma('journal_mode', { simple: true })),
    'wal',
  );
  // Not closed: the second one reads what a crash would have left.
  assert.deepEqual(createHostStore(createDatabase({ file })).list(), [HOST]);
  first.close();
});

test('a damaged database is down, and up again once the file is good', async () => {
  const file = join(folder, 'damaged.db');
  await writeFile(file, 'this is no database, whatever its name says');
  const database = createDatabase({ file });
  assert.equal(database.isUp(), false);
  assert.deepEqual([health(database).status, health(database).body], [500, 'DB Down!']);
  await rm(file);
  assert.equal(database.isUp(), true);
  assert.equal(health(database).body, 'DB Up!Welcome to Health Status!');
  database.close();
});

test('a database of a newer engine is refused, not changed', () => {
  const file = join(folder, 'newer.db');
  const newer = createDatabase({ file });
  newer.use((open) => open.pragma('user_version = 99'));
  newer.close();
  assert.throws(() => createDatabase({ file }).use(() => undefined), /newer engine/);
});

test('events are kept with their host, the newest first, until newer ones push them out', () => {
  const store = createEventStore(createDatabase({ file: ':memory:' }));
  const event = (description: string): NewEvent => ({
    timeMs: 1,
    severity: 'error',
    code: 12,
    description,
    host: { id: 'one', name: 'host1' },
  });
  store.add(event('first'));
  store.add({ ...event('second'), host: undefined });
  assert.deepEqual(store.list(), [
    { ...event('second'), id: 2, host: undefined },
    { ...event('first'), id: 1 },
  ]);
  assert.deepEqual(
    store.list(1).map(({ id }) => id),
    [2],
  );
  assert.equal(store.get(3), undefined);
  for (let count = 0; count < EVENTS_MAX; count += 1) store.add(event('later'));
  assert.equal(store.list().length, EVENTS_MAX);
  assert.equal(store.get(2), undefined);
});
