import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import {
  DOMAIN,
  type HostPlan,
  hostRecords,
  type NetworkPlan,
  PREFIX_LENGTH,
} from '../network-plan.js';
import { run, runOrThrow } from '../proc/run.js';

/**
 * The lab's networks, inside the site's own network namespace: a bridge with the gateway's address,
 * name service on it, and one cable to each powered host; a second bridge and cable for what hosts
 * say to each other.
 */

const SITE_BRIDGE = 'lab0';
const BACK_BRIDGE = 'lab1';
const TABLE = 'inet lab';

async function ip(lines: readonly string[]): Promise<void> {
  await runOrThrow('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` });
}

export async function layNetwork(plan: NetworkPlan): Promise<void> {
  await ip([
    'link set lo up',
    `link add ${SITE_BRIDGE} type bridge forward_delay 0 stp_state 0`,
    `link set ${SITE_BRIDGE} up`,
    `address add ${plan.gateway}/${PREFIX_LENGTH} broadcast + dev ${SITE_BRIDGE}`,
    `link add ${BACK_BRIDGE} type bridge forward_delay 0 stp_state 0`,
    `link set ${BACK_BRIDGE} up`,
  ]);
  await runOrThrow('nft', ['-f', '-'], {
    input: `table ${TABLE} { chain gateway { type filter hook input priority 0; policy accept; }; }\n`,
  });
}

/**
 * `bootFolder`: also gives the engine VM its address, whatever its hardware address is, and tells it where to
 * boot from.
 */
export function startNameService(
  plan: NetworkPlan,
  logPath: string,
  bootFolder: string | undefined,
): ChildProcess {
  const log = openSync(logPath, 'a');
  const child = spawn(
    'dnsmasq',
    [
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--log-facility=-',
      '--pid-file',
      '--user=root',
      '--no-resolv',
      '--no-hosts',
      '--bind-interfaces',
      `--listen-address=${plan.gateway}`,
      `--local=/${DOMAIN}/`,
      `--domain=${DOMAIN}`,
      ...(bootFolder === undefined ? [] : bootOptions(plan, bootFolder)),
      ...hostRecords(plan).map((record) => `--host-record=${record}`),
    ],
    { stdio: ['ignore', log, log] },
  );
  closeSync(log);
  return child;
}

function bootOptions(plan: NetworkPlan, folder: string): readonly string[] {
  return [
    `--interface=${SITE_BRIDGE}`,
    `--dhcp-range=${plan.engineAddress},${plan.engineAddress},1h`,
    '--dhcp-authoritative',
    '--no-ping',
    '--leasefile-ro',
    '--enable-tftp',
    `--tftp-root=${folder}`,
    // QEMU's firmware is iPXE: it takes a script as its first file.
    '--dhcp-boot=boot.ipxe',
  ];
}

/** Lays the cables of a booting host, whose PID 1 is `pid`. */
export async function plugHost(host: HostPlan, pid: number, isUp: boolean): Promise<void> {
  // The kernel takes a dead host's cable away some time after its last process: not at once.
  await run('ip', ['link', 'delete', host.sitePort]);
  await run('ip', ['link', 'delete', host.backPort]);
  await ip([
    `link add ${host.backPort} type veth peer name eth1 netns ${pid}`,
    `link set ${host.backPort} master ${BACK_BRIDGE}`,
    `link set ${host.backPort} up`,
    `link add ${host.sitePort} type veth peer name eth0 address ${host.mac} netns ${pid}`,
    `link set ${host.sitePort} master ${SITE_BRIDGE}`,
    `link set ${host.sitePort} ${isUp ? 'up' : 'down'}`,
  ]);
}

export async function setCable(host: HostPlan, isUp: boolean): Promise<void> {
  await ip([`link set ${host.sitePort} ${isUp ? 'up' : 'down'}`]);
}

/** A gateway that does not answer: pings to it are dropped; names are still served. */
export async function setGateway(isAnswering: boolean): Promise<void> {
  const rules = isAnswering ? '' : `add rule ${TABLE} gateway icmp type echo-request drop\n`;
  await runOrThrow('nft', ['-f', '-'], { input: `flush chain ${TABLE} gateway\n${rules}` });
}
