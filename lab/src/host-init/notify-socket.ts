import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import koffi from 'koffi';

/**
 * sd_notify's receiving end. Node has no datagram Unix sockets, so the C library is called: one
 * non-blocking socket per unit, and one poll(2) on a worker thread for all of them.
 */
export interface NotifySockets {
  /** Opens the socket of a unit. @returns the path for NOTIFY_SOCKET. */
  open(unit: string): string;
}

const AF_UNIX = 1;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
const MSG_DONTWAIT = 0x40;
const POLLIN = 1;
const POLLFD_SIZE = 8;
const DATAGRAM_SIZE_MAX = 4096;
// New sockets join the poll at its next turn.
const POLL_TURN_MS = 250;

interface LibC {
  readonly socket: (domain: number, type: number, protocol: number) => number;
  readonly bind: (fd: number, address: Uint8Array, size: number) => number;
  readonly recv: (fd: number, buffer: Uint8Array, size: number, flags: number) => number;
  readonly poll: (fds: Uint8Array, count: number, timeoutMs: number) => Promise<number>;
}

function loadLibC(): LibC {
  const library = koffi.load('libc.so.6');
  const poll = library.func('int poll(_Inout_ void *fds, unsigned long count, int timeout)');
  return {
    socket: library.func('int socket(int domain, int type, int protocol)'),
    bind: library.func('int bind(int fd, void *address, unsigned int size)'),
    recv: library.func('long recv(int fd, _Out_ void *buffer, size_t size, int flags)'),
    poll: (fds, count, timeoutMs) =>
      new Promise((resolve, reject) => {
        poll.async(fds, count, timeoutMs, (error: unknown, ready: number) => {
          if (error) reject(error instanceof Error ? error : new Error(String(error)));
          else resolve(ready);
        });
      }),
  };
}

function unixAddress(path: string): Buffer {
  const address = Buffer.alloc(110);
  address.writeUInt16LE(AF_UNIX, 0);
  address.write(path, 2);
  return address;
}

/** Fields of one datagram, such as READY=1 and STATUS=…. */
export type NotifyFields = ReadonlyMap<string, string>;

export function parseNotify(text: string): NotifyFields {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) fields.set(line.slice(0, equals), line.slice(equals + 1));
  }
  return fields;
}

export function createNotifySockets(
  folder: string,
  onNotify: (unit: string, fields: NotifyFields) => void,
): NotifySockets {
  const libC = loadLibC();
  const open: { readonly unit: string; readonly fd: number }[] = [];
  const buffer = Buffer.alloc(DATAGRAM_SIZE_MAX);

  const drain = (): void => {
    for (const { unit, fd } of open) {
      for (;;) {
        const size = libC.recv(fd, buffer, buffer.length, MSG_DONTWAIT);
        if (size < 0) break;
        onNotify(unit, parseNotify(buffer.toString('utf8', 0, size)));
      }
    }
  };

  const turn = async (): Promise<void> => {
    for (;;) {
      const fds = Buffer.alloc(open.length * POLLFD_SIZE);
      open.forEach(({ fd }, index) => {
        fds.writeInt32LE(fd, index * POLLFD_SIZE);
        fds.writeInt16LE(POLLIN, index * POLLFD_SIZE + 4);
      });
      await libC.poll(fds, open.length, POLL_TURN_MS);
      drain();
    }
  };
  void turn();

  return {
    open(unit) {
      const path = `${folder}/${unit}`;
      if (open.some((one) => one.unit === unit)) return path;
      mkdirSync(dirname(path), { recursive: true });
      rmSync(path, { force: true });
      const fd = libC.socket(AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
      const address = unixAddress(path);
      if (fd < 0 || libC.bind(fd, address, address.length) !== 0) {
        throw new Error(`cannot open the notification socket ${path}`);
      }
      open.push({ unit, fd });
      return path;
    },
  };
}
