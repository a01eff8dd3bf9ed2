// What a host is, as far as a deployment may change it: to be compared before and after.

import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Lab, type LabHost, until, when } from '../src/index.js';
import { labPaths } from '../src/paths.js';

/** Kept on purpose, or by daemons of the distribution for themselves. */
const NOT_OURS = [
  /^var\/log\//,
  // The archive of answers, and the identity that hostd gives its host once for all.
  /^var\/lib\/ovirt-hosted-engine-setup\/answers\//,
  /^etc\/vdsm\/vdsm\.id$/,
  // A log in its own right: why the HA daemon did what it did.
  /^var\/lib\/ovirt-hosted-engine-ha\/journal\.jsonl/,
  /^var\/lib\/libvirt\//,
  /^var\/cache\//,
  /^etc\/libvirt\/(qemu|nwfilter|secrets)\//,
  // But for who may log in.
  /^root\/(?!\.ssh\/)/,
  // The lab's own, in place of systemd's.
  /^var\/lib\/lab-init\//,
] as const;

export interface HostState {
  readonly links: string;
  readonly addresses: string;
  readonly routes: string;
  readonly firewall: string;
  readonly mounts: string;
  readonly services: string;
  readonly processes: string;
  readonly files: readonly string[];
}

export async function hostState(lab: Lab, host: LabHost): Promise<HostState> {
  const say = (script: string): Promise<string> => host.execOrThrow(['sh', '-c', script]);
  return {
    links: await say("ip -o link | sed 's/state [A-Z]*//'"),
    // An address that was moved is not probed again, which the kernel shows.
    addresses: await say("ip -o addr | sed 's/valid_lft.*//; s/ nodad//'"),
    // Those of equal worth stand in the order in which they were made.
    routes: await say('(ip route; ip -6 route) | sort'),
    firewall: await say('nft list ruleset'),
    mounts: await say("cut -d' ' -f1-4 /proc/mounts | sort"),
    services: await say(
      'for u in libvirtd sanlock vdsmd ovirt-ha-agent; do echo $u $(systemctl is-active $u) $(systemctl is-enabled $u); done',
    ),
    processes: processNames(await host.processes()),
    files: filesBelow(labPaths(lab.paths.dir).hostFile(host.id, '')),
  };
}

/** Until the kernel has given each cable its link-local address, which takes it a second or two after a boot. */
export async function untilAddressed(host: LabHost): Promise<void> {
  await until(
    async () => {
      const seen = await host.execOrThrow(['ip', '-6', '-o', 'address', 'show', 'scope', 'link']);
      const isThere = ['eth0', 'eth1'].every((name) => seen.includes(` ${name} `));
      return when(isThere && !seen.includes('tentative'), seen);
    },
    15,
    `link-local addresses of ${host.name}`,
  );
}

function processNames(processes: readonly { readonly argv: readonly string[] }[]): string {
  const names = processes.map(({ argv }) => argv.join(' '));
  return names
    .filter((name) => /qemu|libvirtd|sanlock|hostd|bindfs|packages\/ha/.test(name))
    .sort()
    .join('\n');
}

/** The host's own layer over the machine's files: all that it ever wrote. */
function filesBelow(root: string): string[] {
  const found: string[] = [];
  const walk = (relative: string): void => {
    for (const name of readdirSync(join(root, relative)).sort()) {
      const path = relative === '' ? name : `${relative}/${name}`;
      const stat = lstatSync(join(root, path));
      if (stat.isDirectory()) walk(path);
      else if (!NOT_OURS.some((pattern) => pattern.test(path))) found.push(describe(root, path));
    }
  };
  walk('');
  return found;
}

function describe(root: string, path: string): string {
  const full = join(root, path);
  const stat = lstatSync(full);
  const owner = `${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`;
  if (stat.isSymbolicLink()) return `${path} ${owner} -> ${readlinkSync(full)}`;
  if (stat.isFile()) {
    const hash = createHash('sha256').update(readFileSync(full)).digest('hex').slice(0, 16);
    return `${path} ${owner} ${hash}`;
  }
  return `${path} ${owner} special`;
}
