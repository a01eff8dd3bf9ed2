// Host.getCapabilities (vdsm.md B5).

import type { IpLink, IpRoute } from '@hosted-engine/core';
import type { HypervisorFacts, ProcessRunner } from '@hosted-engine/ports';
import { HeError } from '@hosted-engine/ports';
import type { HostCapabilities, NetworkCapabilities } from '@hosted-engine/vdsm';
import type { HostFiles } from './host-files.js';
import { hostMemory, parseMemInfo } from './memory.js';
import { interfaceWith, networkCapabilities, parseNameservers } from './network-map.js';
import { linkSpeed } from './network-stats.js';
import { parseCpuInfo } from './processors.js';

export interface CapabilitiesDeps {
  readonly files: HostFiles;
  readonly processes: ProcessRunner;
  /** Of the hypervisor; rejects when it does not answer and never did. */
  readonly facts: () => Promise<HypervisorFacts>;
  readonly hostUuid: string;
  readonly version: string;
  readonly isHaDeployed: () => Promise<boolean>;
}

/** The host keeps this much memory for itself, and this much per VM (MiB), as VDSM says it does. */
const RESERVED_MIB = '321';
const GUEST_OVERHEAD_MIB = '65';
const IP_TIMEOUT_MS = 5000;
const BASE_CLUSTER_LEVELS = ['4.2', '4.3', '4.4', '4.5', '4.6'];

export async function hostCapabilities(
  deps: CapabilitiesDeps,
  callerReached: string,
): Promise<HostCapabilities> {
  const { files } = deps;
  const [facts, network, cpuInfo, memInfo, release, deployed, iqn] = await Promise.all([
    deps.facts(),
    networkSituation(deps),
    files.text('/proc/cpuinfo'),
    files.text('/proc/meminfo'),
    files.text('/etc/os-release'),
    deps.isHaDeployed(),
    files.text('/etc/iscsi/initiatorname.iscsi'),
  ]);
  const cpu = parseCpuInfo(cpuInfo ?? '');
  const initiator = /^InitiatorName=(.+)$/m.exec(iqn ?? '')?.[1] ?? '';
  const levels = clusterLevels(facts);
  return {
    ...network.capabilities,
    kvmEnabled: facts.kvmUsable ? 'true' : 'false',
    cpuCores: String(cpu.cores),
    cpuThreads: String(cpu.threads),
    cpuSockets: String(cpu.sockets),
    onlineCpus: cpu.online.join(','),
    cpuModel: cpu.model,
    cpuSpeed: cpu.mhz,
    cpuFlags: [...cpu.flags, ...facts.cpuModels.map((model) => `model_${model}`)].join(','),
    memSize: String(hostMemory(parseMemInfo(memInfo ?? '')).totalMiB),
    reservedMem: RESERVED_MIB,
    guestOverhead: GUEST_OVERHEAD_MIB,
    emulatedMachines: facts.machines,
    vmTypes: ['kvm'],
    software_version: deps.version,
    software_revision: '1',
    version_name: 'Hosted Engine',
    supportedENGINEs: levels,
    clusterLevels: levels,
    uuid: deps.hostUuid,
    operatingSystem: operatingSystem(release ?? ''),
    packages2: {
      libvirt: { version: facts.libraryVersion, release: '' },
      'qemu-kvm': { version: facts.hypervisorVersion, release: '' },
      vdsm: { version: deps.version, release: '1' },
    },
    selinux: { mode: (await files.text('/sys/fs/selinux/enforce'))?.trim() === '1' ? '1' : '0' },
    kdumpStatus: (await files.text('/sys/kernel/kexec_crash_loaded'))?.trim() === '1' ? 1 : 0,
    hooks: {},
    rngSources: await rngSources(files),
    numaNodes: await numaNodes(files),
    autoNumaBalancing: Number((await files.text('/proc/sys/kernel/numa_balancing')) ?? 0),
    HBAInventory: { iSCSI: initiator === '' ? [] : [{ InitiatorName: initiator }], FC: [] },
    ISCSIInitiatorName: initiator,
    lastClientIface: interfaceWith(network.links, callerReached),
    netConfigDirty: 'False',
    hostedEngineDeployed: deployed,
    domain_versions: [0, 2, 3, 4, 5],
    supported_block_size: {
      NFS: [512],
      POSIXFS: [512],
      GLUSTERFS: [0, 512, 4096],
      LOCALFS: [0, 512, 4096],
    },
    vncEncrypted: false,
    fipsEnabled: (await files.text('/proc/sys/crypto/fips_enabled'))?.trim() === '1',
    backupEnabled: false,
    hugepages: await hugePages(files),
    additionalFeatures: [],
  };
}

interface NetworkSituation {
  readonly capabilities: NetworkCapabilities;
  readonly links: readonly IpLink[];
}

export async function networkSituation(
  deps: Pick<CapabilitiesDeps, 'files' | 'processes'>,
): Promise<NetworkSituation> {
  const { files } = deps;
  const [links, routes, resolvConf, ipv6] = await Promise.all([
    ip<IpLink>(deps.processes, ['-j', '-d', 'address']),
    ip<IpRoute>(deps.processes, ['-j', 'route']),
    files.text('/etc/resolv.conf'),
    files.text('/proc/net/if_inet6'),
  ]);
  const speeds = new Map<string, number>();
  for (const { ifname } of links) speeds.set(ifname, await linkSpeed(files, ifname));
  const capabilities = networkCapabilities({
    links,
    routes,
    speeds,
    nameservers: parseNameservers(resolvConf ?? ''),
    supportsIPv6: ipv6 !== undefined,
  });
  return { capabilities, links };
}

async function ip<T>(processes: ProcessRunner, args: readonly string[]): Promise<readonly T[]> {
  const result = await processes.run('ip', args, { timeoutMs: IP_TIMEOUT_MS });
  if (result.code !== 0) {
    throw new HeError('HE_FAILED', `ip ${args.join(' ')} failed: ${result.stderr.trim()}`);
  }
  return JSON.parse(result.stdout.trim() === '' ? '[]' : result.stdout) as readonly T[];
}

/** "4.7" needs libvirt 8.0, "4.8" libvirt 10.10 and QEMU 9.1 (vdsm.md B5). */
export function clusterLevels(facts: HypervisorFacts): readonly string[] {
  const libvirt = versionNumber(facts.libraryVersion);
  const qemu = versionNumber(facts.hypervisorVersion);
  const levels = [...BASE_CLUSTER_LEVELS];
  if (libvirt >= 8000) levels.push('4.7');
  if (libvirt >= 10_010 && qemu >= 9001) levels.push('4.8');
  return levels;
}

/** 10010 for "10.10.3". */
function versionNumber(text: string): number {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  return major * 1000 + minor;
}

export function operatingSystem(release: string): HostCapabilities['operatingSystem'] {
  const value = (key: string) => new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(release)?.[1] ?? '';
  return {
    name: value('NAME'),
    version: value('VERSION_ID'),
    release: value('VERSION_CODENAME'),
    pretty_name: value('PRETTY_NAME'),
  };
}

async function rngSources(files: HostFiles): Promise<readonly string[]> {
  const devices = await files.names('/dev');
  return ['random', 'urandom', 'hwrng'].filter((name) => devices.includes(name));
}

async function numaNodes(files: HostFiles): Promise<HostCapabilities['numaNodes']> {
  const nodes: Record<string, { readonly cpus: readonly number[]; readonly totalMemory: string }> =
    {};
  const dir = '/sys/devices/system/node';
  for (const name of await files.names(dir)) {
    const index = /^node(\d+)$/.exec(name)?.[1];
    if (index === undefined) continue;
    const memory = (await files.text(`${dir}/${name}/meminfo`)) ?? '';
    const totalKiB = Number(/MemTotal:\s+(\d+)/.exec(memory)?.[1] ?? 0);
    nodes[index] = {
      cpus: expandList((await files.text(`${dir}/${name}/cpulist`))?.trim() ?? ''),
      totalMemory: String(Math.floor(totalKiB / 1024)),
    };
  }
  return nodes;
}

/** [0, 1, 2, 5] for "0-2,5". */
export function expandList(text: string): readonly number[] {
  return text
    .split(',')
    .filter(Boolean)
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
}

async function hugePages(files: HostFiles): Promise<readonly number[]> {
  const names = await files.names('/sys/kernel/mm/hugepages');
  return names
    .map((name) => Number(/^hugepages-(\d+)kB$/.exec(name)?.[1]))
    .filter((size) => size > 0)
    .toSorted((a, b) => a - b);
}
