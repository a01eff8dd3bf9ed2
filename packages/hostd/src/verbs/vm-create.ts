import { messageOf } from '@hosted-engine/ports';
import {
  type DomainSummary,
  readDomainXml,
  VDSM_CODE,
  VdsmError,
  type VerbHandlers,
  type VmCreateParams,
} from '@hosted-engine/vdsm';
import { vmFull } from '../vm/vm-stats.js';
import type { VmTable } from '../vm/vm-table.js';

export interface VmCreateDeps {
  readonly vms: VmTable;
  /** Domain XML for the map of vm.conf that older clients send instead of XML. */
  readonly xmlFromVmConf: (conf: Readonly<Record<string, unknown>>) => Promise<string>;
  readonly nowS: () => number;
}

/** Begins the start and answers at once: a start that fails shows as a VM that is Down. */
export function vmCreateVerbs(deps: VmCreateDeps): Pick<VerbHandlers, 'VM.create'> {
  return {
    'VM.create': async ({ vmID, vmParams }) => {
      const xml = await domainXml(deps, vmID, vmParams);
      const domain = readDefinition(xml);
      const record = deps.vms.create({
        vmId: domain.vmId,
        name: domain.name,
        xml,
        images: domain.volumes.map((volume) => ({
          sdUUID: volume.domainID,
          imgUUID: volume.imageID,
          volUUID: volume.volumeID,
        })),
        paused: domain.launchPaused,
      });
      return vmFull(record, deps.nowS());
    },
  };
}

async function domainXml(
  deps: VmCreateDeps,
  vmId: string,
  params: VmCreateParams,
): Promise<string> {
  if (typeof params !== 'object' || params === null) throw cannotCreate('vmParams is no object');
  if (typeof params.xml === 'string') return params.xml;
  try {
    return await deps.xmlFromVmConf({ vmId, ...params });
  } catch (error) {
    throw cannotCreate(messageOf(error), error);
  }
}

function readDefinition(xml: string): DomainSummary {
  try {
    return readDomainXml(xml);
  } catch (error) {
    throw cannotCreate(messageOf(error), error);
  }
}

function cannotCreate(why: string, cause?: unknown): VdsmError {
  return new VdsmError(VDSM_CODE.cannotCreateVm, `Error creating the requested VM: ${why}`, {
    cause,
  });
}
