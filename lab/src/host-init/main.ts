import { appendFileSync, mkdirSync } from 'node:fs';
import { serveJson } from '../control/json-socket.js';
import { HOST_CHECKOUT, HOST_EXTRA_UNITS, HOST_SOCKET } from '../paths.js';
import { Manager } from './manager.js';
import { createNotifySockets } from './notify-socket.js';
import { systemctl } from './verbs.js';

// The lab's service manager: the child of tini, which is PID 1 of the host.

const LOG_FOLDER = '/var/log/services';

mkdirSync(LOG_FOLDER, { recursive: true });
const log = (line: string): void =>
  appendFileSync(`${LOG_FOLDER}/init.log`, `${new Date().toISOString()} ${line}\n`);

const sockets = createNotifySockets('/run/lab-notify', (unit, fields) =>
  manager.onNotify(unit, fields),
);
const manager = new Manager({
  unitFolders: [
    HOST_EXTRA_UNITS,
    `${HOST_CHECKOUT}/packaging/systemd`,
    `${HOST_CHECKOUT}/lab/units`,
  ],
  enabledFile: '/var/lib/lab-init/enabled',
  enabledAtFirst: ['sanlock.service', 'libvirtd.service'],
  host: {
    baseEnvironment: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      LANG: 'C.UTF-8',
      HOME: '/root',
    },
    logFolder: LOG_FOLDER,
    notifySocketFor: (unit) => sockets.open(unit),
    log,
  },
});

// tini ends with its child, and the kernel then ends whatever is left in the host.
process.on('SIGTERM', () => process.exit(0));

await serveJson(HOST_SOCKET, (request) => {
  const argv = (request as { readonly systemctl?: readonly string[] }).systemctl;
  if (!Array.isArray(argv)) throw new Error('a request is {"systemctl": [words]}');
  return systemctl(manager, argv);
});
log('booted');
await manager.boot();
log('boot: all enabled units were started');
