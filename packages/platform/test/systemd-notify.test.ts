import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import koffi from 'koffi';
import { createSystemdNotify } from '../src/systemd-notify.js';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'he-notify-'));
});
after(() => rm(dir, { recursive: true }));

/** A bound datagram socket whose messages can be taken one by one. */
function receiver(path: string) {
  const libc = koffi.load('libc.so.6');
  const fd = libc.func('int socket(int, int, int)')(1, 2, 0) as number;
  const name = path.startsWith('@') ? `\0${path.slice(1)}` : `${path}\0`;
  const address = Buffer.from(`\x01\0${name}`, 'latin1');
  assert.equal(libc.func('bind', 'int', ['int', 'void *', 'uint'])(fd, address, address.length), 0);
  const recv = libc.func('recv', 'long', ['int', 'void *', 'size_t', 'int']);
  return {
    take(): string | undefined {
      const buffer = Buffer.alloc(256);
      const size = Number(recv(fd, buffer, buffer.length, 0x40));
      return size < 0 ? undefined : buffer.toString('utf8', 0, size);
    },
    close: () => libc.func('int close(int)')(fd),
  };
}

for (const kind of ['path', 'abstract']) {
  it(`sends each state as a datagram (${kind})`, () => {
    const path = kind === 'path' ? join(dir, 'notify') : `@he-notify-${process.pid}`;
    const socket = receiver(path);
    const notify = createSystemdNotify({ NOTIFY_SOCKET: path });
    notify.ready();
    notify.status('two\nlines');
    notify.stopping();
    const got = [socket.take(), socket.take(), socket.take(), socket.take()];
    assert.deepEqual(got, ['READY=1', 'STATUS=two lines', 'STOPPING=1', undefined]);
    socket.close();
  });
}

it('sends a status when it changes, and again when it did not go out', () => {
  const path = join(dir, 'status');
  const notify = createSystemdNotify({ NOTIFY_SOCKET: path });
  notify.status('lost');
  const socket = receiver(path);
  for (const text of ['lost', 'lost', 'other']) notify.status(text);
  assert.deepEqual(
    [socket.take(), socket.take(), socket.take()],
    ['STATUS=lost', 'STATUS=other', undefined],
  );
  socket.close();
});

it('pings the watchdog of this process only', () => {
  const path = join(dir, 'watchdog');
  const socket = receiver(path);
  const env = { NOTIFY_SOCKET: path, WATCHDOG_USEC: '30000000' };
  createSystemdNotify(env).startWatchdog()();
  assert.equal(socket.take(), 'WATCHDOG=1');
  createSystemdNotify({ ...env, WATCHDOG_PID: '1' }).startWatchdog()();
  createSystemdNotify({ NOTIFY_SOCKET: path }).startWatchdog()();
  assert.equal(socket.take(), undefined);
  socket.close();
});

it('does nothing without a service manager, or when it is gone', () => {
  createSystemdNotify({}).ready();
  createSystemdNotify({ NOTIFY_SOCKET: join(dir, 'nobody') }).ready();
});

it('sends no more signs of life than the watchdog wants, however many it is given', () => {
  const path = join(dir, 'pings');
  const socket = receiver(path);
  const notify = createSystemdNotify({ NOTIFY_SOCKET: path, WATCHDOG_USEC: '30000000' });
  for (let turn = 0; turn < 3; turn += 1) notify.ping();
  assert.deepEqual([socket.take(), socket.take()], ['WATCHDOG=1', undefined]);
  socket.close();
});
