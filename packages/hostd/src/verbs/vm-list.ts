import type { VerbHandlers } from '@hosted-engine/vdsm';
import type { CpuUsageMeter } from '../vm/cpu-usage.js';
import type { VmRecord } from '../vm/vm-record.js';
import { vmFull, vmListEntry, vmStats, withoutTickets } from '../vm/vm-stats.js';
import type { VmTable } from '../vm/vm-table.js';
import { textListParameter } from './parameter.js';

export interface VmListDeps {
  readonly vms: VmTable;
  readonly cpu: CpuUsageMeter;
  readonly nowS: () => number;
}

type VmListVerbs = Pick<
  VerbHandlers,
  'VM.getStats' | 'Host.getAllVmStats' | 'Host.getVMList' | 'Host.getVMFullList' | 'Host.dumpxmls'
>;

/** What is known of the VMs. Nothing here asks the hypervisor, so nothing here can hang. */
export function vmListVerbs({ vms, cpu, nowS }: VmListDeps): VmListVerbs {
  const statsOf = (record: VmRecord) =>
    vmStats({
      record,
      sighting: vms.sighting(record.vmId),
      cpu: cpu.usage(record.vmId),
      nowS: nowS(),
      isConnected: vms.isConnected(),
    });
  /** Unknown ids are left out, as VDSM does; an empty list means all. */
  const chosen = (vmList: unknown): readonly VmRecord[] => {
    const ids = textListParameter('vmList', vmList);
    return vms.all().filter(({ vmId }) => ids.length === 0 || ids.includes(vmId));
  };
  return {
    'VM.getStats': async ({ vmID }) => [statsOf(vms.get(vmID))],
    'Host.getAllVmStats': async () => vms.all().map(statsOf),
    'Host.getVMList': async ({ vmList }) =>
      chosen(vmList).map((record) => vmListEntry(record, nowS())),
    'Host.getVMFullList': async ({ vmList }) =>
      chosen(vmList).map((record) => vmFull(record, nowS())),
    'Host.dumpxmls': async ({ vmList }) =>
      Object.fromEntries(
        textListParameter('vmList', vmList).map((vmId) => {
          const xml = vms.sighting(vmId)?.view.xml ?? vms.get(vmId).xml;
          return [vmId, withoutTickets(xml)];
        }),
      ),
  };
}
