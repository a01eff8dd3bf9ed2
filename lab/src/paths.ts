import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout this code was built in. */
export function checkoutRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'tsconfig.base.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the checkout of this build was not found');
    folder = parent;
  }
  return folder;
}

export function defaultLabDir(name: string): string {
  return join(checkoutRoot(), '.cache', 'lab', name);
}

/** Every file of a lab lies below its one folder. */
export interface LabPaths {
  readonly dir: string;
  readonly state: string;
  /** Beside the folder, so that it survives the folder's removal and two makers cannot meet. */
  readonly lock: string;
  readonly storage: string;
  /** What the boot server hands out, in a lab that has one. */
  readonly boot: string;
  readonly siteLog: string;
  readonly forwarderLog: string;
  readonly dnsLog: string;
  readonly hostDir: (id: number) => string;
  /** What a host sees at `path`, once it has changed it: its own layer over this machine's files. */
  readonly hostFile: (id: number, path: string) => string;
}

export function labPaths(labDir: string): LabPaths {
  const dir = resolve(labDir);
  return {
    dir,
    state: join(dir, 'lab.json'),
    lock: `${dir}.lock`,
    storage: join(dir, 'storage'),
    boot: join(dir, 'boot'),
    siteLog: join(dir, 'site.log'),
    forwarderLog: join(dir, 'forwarder.log'),
    dnsLog: join(dir, 'dnsmasq.log'),
    hostDir: (id) => join(dir, 'hosts', String(id)),
    hostFile: (id, path) => join(dir, 'hosts', String(id), 'upper', path),
  };
}

/** Paths as the site and its hosts see them; short, since a Unix socket's path is limited. */
export const SITE_SOCKET = '/run/lab/site.sock';
export const SITE_RELAY_HTTP = '/run/lab/engine-http.sock';
export const SITE_RELAY_HTTPS = '/run/lab/engine-https.sock';
export const HOST_SOCKET = '/run/lab-init.sock';
export const HOST_CHECKOUT = '/usr/share/hosted-engine';
export const HOST_STORAGE = '/lab/storage';
/** Units that exist in one host only; the host's own copy of /etc keeps them. */
export const HOST_EXTRA_UNITS = '/etc/lab/units';
