import { createHash } from 'node:crypto';
import type { DomainMemory } from '@hosted-engine/ports';
import {
  type DisplayInfo,
  type VmFull,
  type VmListEntry,
  type VmStats,
  vdsmTime,
} from '@hosted-engine/vdsm';
import type { CpuUsage } from './cpu-usage.js';
import type { VmRecord } from './vm-record.js';
import type { Sighting } from './vm-table.js';

export interface StatsInput {
  readonly record: VmRecord;
  readonly sighting: Sighting | undefined;
  readonly cpu: CpuUsage | undefined;
  readonly nowS: number;
  /** The hypervisor answers. */
  readonly isConnected: boolean;
}

/** A look older than this does not count as an answer of the monitor. */
const SIGHTING_AGE_MAX_S = 30;

/** VM.getStats (vdsm.md B4), from what is known: nothing is asked here, so nothing can hang. */
export function vmStats({ record, sighting, cpu, nowS, isConnected }: StatsInput): VmStats {
  const base = { vmId: record.vmId, statusTime: String(vdsmTime(nowS)) };
  if (record.status === 'Down') {
    return {
      ...base,
      status: 'Down',
      exitCode: record.exit?.code ?? 0,
      exitMessage: record.exit?.message ?? '',
      exitReason: record.exit?.reason ?? 0,
      timeOffset: '0',
    };
  }
  const view = sighting?.view;
  const xml = view?.xml ?? record.xml;
  const age = sighting === undefined ? Number.POSITIVE_INFINITY : nowS - sighting.atS;
  return {
    ...base,
    status: record.status,
    vmName: record.name,
    vmType: 'kvm',
    elapsedTime: String(Math.max(0, Math.floor(nowS - record.createdS))),
    cpuUser: (cpu?.userPercent ?? 0).toFixed(2),
    cpuSys: (cpu?.sysPercent ?? 0).toFixed(2),
    cpuUsage: String(cpu?.totalNs ?? 0),
    cpuActual: cpu !== undefined,
    memUsage: String(memoryPercent(view?.memory)),
    memoryStats: memoryStats(view?.memory),
    network: {},
    disks: {},
    displayInfo: displaysOf(xml),
    pid: String(view?.pid ?? 0),
    monitorResponse: isConnected && age <= SIGHTING_AGE_MAX_S ? '0' : '-1',
    clientIp: '',
    timeOffset: '0',
    kvmEnable: /<domain [^>]*type=['"]kvm['"]/.test(xml) ? 'true' : 'false',
    acpiEnable: /<acpi\s*\/>/.test(xml) ? 'true' : 'false',
    guestFQDN: '',
    guestIPs: '',
    username: 'Unknown',
    appsList: [],
    session: 'Unknown',
    hash: hashOf(xml),
    pauseCode: record.pauseCode,
  };
}

export function vmListEntry(record: VmRecord, nowS: number): VmListEntry {
  return { vmId: record.vmId, status: record.status, statusTime: String(vdsmTime(nowS)) };
}

export function vmFull(record: VmRecord, nowS: number): VmFull {
  return { ...vmListEntry(record, nowS), vmName: record.name, xml: withoutTickets(record.xml) };
}

/** `{status, …}` of a VM_status event (vdsm.md A6). */
export function statusEvent(record: VmRecord): Readonly<Record<string, unknown>> {
  if (record.status !== 'Down') return { status: record.status, hash: hashOf(record.xml) };
  return {
    status: 'Down',
    vmId: record.vmId,
    exitCode: record.exit?.code ?? 0,
    exitReason: record.exit?.reason ?? 0,
    exitMessage: record.exit?.message ?? '',
    timeOffset: '0',
  };
}

/** Changes when the VM's devices may have changed. */
function hashOf(xml: string): string {
  return createHash('md5').update(xml).digest('hex');
}

/** Console passwords are nobody's business who reads domain XML. */
export function withoutTickets(xml: string): string {
  return xml.replaceAll(/ passwd=(?:'[^']*'|"[^"]*")/g, '');
}

/** The graphics devices; libvirt writes port -1 before the start and the real one after it. */
export function displaysOf(xml: string): readonly DisplayInfo[] {
  return [...xml.matchAll(/<graphics ([^>]*)>/g)].map(([, text = '']) => {
    const attributes = attributesOf(text);
    return {
      type: attributes.get('type') ?? '',
      port: attributes.get('port') ?? '-1',
      tlsPort: attributes.get('tlsPort') ?? '-1',
      ipAddress: attributes.get('listen') ?? '0',
    };
  });
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const found = [...text.matchAll(/([\w-]+)=(?:'([^']*)'|"([^"]*)")/g)];
  return new Map(found.map(([, name = '', single, double]) => [name, single ?? double ?? '']));
}

/** Percent of the guest's memory in use; 0 when the guest does not tell. */
function memoryPercent(memory: DomainMemory | undefined): number {
  const { availableKiB: total = 0, unusedKiB: unused } = memory ?? {};
  return total > 0 && unused !== undefined ? Math.round(((total - unused) / total) * 100) : 0;
}

function memoryStats(memory: DomainMemory | undefined): Readonly<Record<string, string>> {
  const stats: Record<string, string> = {};
  if (memory?.unusedKiB !== undefined) stats['mem_free'] = String(memory.unusedKiB);
  if (memory?.availableKiB !== undefined) stats['mem_total'] = String(memory.availableKiB);
  return stats;
}
