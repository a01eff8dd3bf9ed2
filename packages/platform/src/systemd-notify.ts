// The service's side of sd_notify(3): datagrams to the Unix socket that NOTIFY_SOCKET names. Node
// has no Unix datagrams, so libc's calls are used; they never wait (MSG_DONTWAIT).

import koffi from 'koffi';

export interface SystemdNotify {
  ready(): void;
  /** One line for `systemctl status`; sent when it is another than the one before. */
  status(text: string): void;
  stopping(): void;
  /**
   * A sign of life for the watchdog, from a daemon whose own loop is what must not stop. However often it is given,
   * no more than the three per period are sent.
   */
  ping(): void;
  /**
   * Pings the watchdog three times per period, from the event loop: when that is stuck no ping goes
   * out and systemd restarts the service. Nothing without WATCHDOG_USEC. Returns its end.
   */
  startWatchdog(): () => void;
}

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const PINGS_PER_PERIOD = 3;

/** Does nothing where NOTIFY_SOCKET is not set. */
export function createSystemdNotify(
  env: Readonly<Record<string, string | undefined>>,
): SystemdNotify {
  const path = env['NOTIFY_SOCKET'];
  const send = path === undefined || path === '' ? () => true : datagramSender(path);
  const periodMs = Number(env['WATCHDOG_USEC'] ?? Number.NaN) / 1000;
  let lastStatus = '';
  let pingedMs = Number.NEGATIVE_INFINITY;
  return {
    ready: () => void send('READY=1'),
    status(text) {
      if (text === lastStatus) return;
      if (send(`STATUS=${text.replaceAll('\n', ' ')}`)) lastStatus = text;
    },
    stopping: () => void send('STOPPING=1'),
    ping() {
      const nowMs = performance.now();
      if (nowMs - pingedMs < periodMs / PINGS_PER_PERIOD) return;
      if (send('WATCHDOG=1')) pingedMs = nowMs;
    },
    startWatchdog() {
      const pid = env['WATCHDOG_PID'];
      if (!(periodMs > 0) || (pid !== undefined && pid !== String(process.pid))) return () => {};
      send('WATCHDOG=1');
      const timer = setInterval(() => send('WATCHDOG=1'), periodMs / PINGS_PER_PERIOD);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}

/** The sender tells whether the text went out. */
function datagramSender(path: string): (text: string) => boolean {
  const libc = koffi.load('libc.so.6');
  const socket = libc.func('int socket(int domain, int type, int protocol)');
  const sendto = libc.func('sendto', 'long', ['int', 'void *', 'size_t', 'int', 'void *', 'uint']);
  const address = socketAddress(path);
  // Not connected, and so good for a service manager that begins anew as well.
  let fd = -1;
  return (text) => {
    if (fd < 0) fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) as number;
    if (fd < 0) return false;
    const bytes = Buffer.from(text);
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    return Number(sendto(fd, bytes, bytes.length, flags, address, address.length)) >= 0;
  };
}

/** struct sockaddr_un; a leading "@" means the abstract namespace. */
function socketAddress(path: string): Buffer {
  const name = Buffer.from(path.startsWith('@') ? `\0${path.slice(1)}` : `${path}\0`);
  const address = Buffer.alloc(2 + name.length);
  address.writeUInt16LE(AF_UNIX, 0);
  name.copy(address, 2);
  return address;
}
