// A managed host as the API shows it.

import type { HostCapabilities, HostStats } from '@hosted-engine/vdsm';
import type { ManagedHost } from '../hosts/host-service.js';
import { DEFAULT_CLUSTER } from './clusters.js';
import { type Entity, group, type Value } from './entity.js';

const MIB = 1024 * 1024;

/** `isAllContent` adds `hosted_engine`, when HA is configured on the host. */
export function hostEntity(host: ManagedHost, base: string, isAllContent: boolean): Entity {
  const { record, state } = host;
  const { capabilities, stats } = state;
  return {
    kind: 'entity',
    id: record.id,
    href: `${base}/hosts/${record.id}`,
    members: {
      name: record.name,
      comment: record.comment,
      address: record.address,
      auto_numa_status: 'unknown',
      certificate: group({
        organization: 'Hosted Engine',
        subject: `O=Hosted Engine,CN=${record.address}`,
      }),
      cluster: {
        kind: 'entity',
        id: DEFAULT_CLUSTER.id,
        href: `${base}/clusters/${DEFAULT_CLUSTER.id}`,
        members: {},
      },
      cpu: capabilities === undefined ? undefined : cpu(capabilities),
      device_passthrough: group({ enabled: false }),
      external_status: 'ok',
      hosted_engine: isAllContent ? hostedEngine(stats) : undefined,
      iscsi: group({ initiator: capabilities?.ISCSIInitiatorName }),
      kdump_status: kdumpStatus(capabilities),
      ksm: group({ enabled: stats?.ksmState ?? false }),
      libvirt_version: packageVersion(capabilities, 'libvirt'),
      max_scheduling_memory: schedulingMemory(capabilities),
      memory: capabilities === undefined ? undefined : Number(capabilities.memSize) * MIB,
      numa_supported: Object.keys(capabilities?.numaNodes ?? {}).length > 1,
      os: operatingSystem(capabilities),
      port: record.port,
      // Clients of the Ansible collection dereference these without asking whether they are there.
      power_management: group({
        automatic_pm_enabled: false,
        enabled: false,
        kdump_detection: true,
      }),
      protocol: 'stomp',
      reinstallation_required: false,
      se_linux: group({ mode: capabilities?.selinux.mode }),
      spm: group({ priority: 5, status: 'none' }),
      ssh: group({ port: record.sshPort }),
      status: state.status,
      summary: summary(stats),
      transparent_hugepages: group({ enabled: (stats?.thpState ?? 'never') !== 'never' }),
      type: 'rhel',
      update_available: false,
      version: softwareVersion(capabilities),
      vgpu_placement: 'consolidated',
    },
  };
}

function hostedEngine(stats: HostStats | undefined): Value | undefined {
  const ha = stats?.haStats;
  if (ha?.configured !== true) return undefined;
  return group({
    active: ha.active,
    configured: ha.configured,
    global_maintenance: ha.globalMaintenance,
    local_maintenance: ha.localMaintenance,
    score: ha.score,
  });
}

function cpu(capabilities: HostCapabilities): Value {
  const sockets = whole(capabilities.cpuSockets, 1);
  const cores = whole(capabilities.cpuCores, sockets);
  const threads = whole(capabilities.cpuThreads, cores);
  return group({
    name: capabilities.cpuModel,
    speed: { kind: 'decimal', value: Math.round(Number(capabilities.cpuSpeed) || 0) },
    topology: group({
      cores: Math.max(1, Math.round(cores / sockets)),
      sockets,
      threads: Math.max(1, Math.round(threads / cores)),
    }),
  });
}

function operatingSystem(capabilities: HostCapabilities | undefined): Value {
  const system = capabilities?.operatingSystem;
  return group({
    // Never empty: Ansible reads an empty element as null and fails.
    custom_kernel_cmdline: ' ',
    description: system?.pretty_name,
    type: system?.name,
    version: system === undefined ? undefined : group({ full_version: system.version }),
  });
}

function kdumpStatus(capabilities: HostCapabilities | undefined): string {
  switch (capabilities?.kdumpStatus) {
    case 0:
      return 'disabled';
    case 1:
      return 'enabled';
    default:
      return 'unknown';
  }
}

function packageVersion(
  capabilities: HostCapabilities | undefined,
  name: string,
): Value | undefined {
  const found = capabilities?.packages2[name];
  return found === undefined ? undefined : versionGroup(found.version);
}

function softwareVersion(capabilities: HostCapabilities | undefined): Value | undefined {
  return capabilities === undefined ? undefined : versionGroup(capabilities.software_version);
}

function versionGroup(text: string): Value {
  const [major, minor, build] = text.split('.').map((part) => Number.parseInt(part, 10));
  const number = (part: number | undefined): number | undefined =>
    part === undefined || Number.isNaN(part) ? undefined : part;
  return group({
    build: number(build),
    full_version: text,
    major: number(major),
    minor: number(minor),
  });
}

function schedulingMemory(capabilities: HostCapabilities | undefined): number | undefined {
  if (capabilities === undefined) return undefined;
  const freeMib = Number(capabilities.memSize) - (Number(capabilities.reservedMem) || 0);
  return Math.max(0, freeMib) * MIB;
}

function summary(stats: HostStats | undefined): Value | undefined {
  if (stats === undefined) return undefined;
  return group({ active: stats.vmActive, migrating: stats.vmMigrating, total: stats.vmCount });
}

function whole(text: string, otherwise: number): number {
  const value = Number.parseInt(text, 10);
  return Number.isNaN(value) || value < 1 ? otherwise : value;
}
