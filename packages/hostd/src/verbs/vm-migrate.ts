import { messageOf } from '@hosted-engine/ports';
import {
  type DomainSummary,
  readDomainXml,
  VDSM_CODE,
  VdsmError,
  type VerbHandlers,
} from '@hosted-engine/vdsm';
import type { MigrationRequest } from '../vm/vm-migrations.js';
import { vmFull } from '../vm/vm-stats.js';
import type { VmTable } from '../vm/vm-table.js';
import { countParameter, flagParameter, invalid, textParameter } from './parameter.js';

type VmMigrateVerbs = Pick<
  VerbHandlers,
  'VM.migrate' | 'VM.getMigrationStatus' | 'VM.migrateCancel' | 'VM.migrationCreate'
>;

/** VDSM's defaults (vdsm.md B4). */
const LIMIT = 2;
const DOWNTIME_MAX_MS = 500;

export interface VmMigrateDeps {
  readonly vms: VmTable;
  readonly nowS: () => number;
}

/** Live migration: the first three at the source, the last one from the source to the target. */
export function vmMigrateVerbs({ vms, nowS }: VmMigrateDeps): VmMigrateVerbs {
  return {
    'VM.migrate': async ({ vmID, params }) => {
      if ((params.mode ?? 'remote') !== 'remote') throw invalid('mode', 'is not remote');
      const limit = countParameter('outgoingLimit', params.outgoingLimit, LIMIT);
      return vms.migrate(vmID, requestOf(params), limit);
    },
    'VM.getMigrationStatus': async ({ vmID }) => vms.migrationStatus(vmID),
    'VM.migrateCancel': async ({ vmID }) => {
      await vms.cancelMigration(vmID);
      return true;
    },
    'VM.migrationCreate': async ({ vmID, params, incomingLimit }) => {
      const { name, vmId, volumes } = definitionOf(params);
      if (vmId !== vmID) throw invalid('vmID', `is not the VM of the XML, ${vmId}`);
      const images = volumes.map(({ domainID, imageID, volumeID }) => ({
        sdUUID: domainID,
        imgUUID: imageID,
        volUUID: volumeID,
      }));
      const xml = textParameter('_srcDomXML', params['_srcDomXML']);
      const limit = countParameter('incomingLimit', incomingLimit, LIMIT);
      const record = await vms.expect({ vmId, name, xml, images }, limit);
      return { migrationPort: 0, params: vmFull(record, nowS()) };
    },
  };
}

function requestOf(params: Readonly<Record<string, unknown>>): MigrationRequest {
  const { dst, dstqemu, maxBandwidth, downtime, autoConverge } = params;
  return {
    destination: textParameter('dst', dst),
    dataHost:
      dstqemu === undefined || dstqemu === '' ? undefined : textParameter('dstqemu', dstqemu),
    downtimeMaxMs: countParameter('downtime', downtime, DOWNTIME_MAX_MS),
    bandwidthMiB:
      maxBandwidth === undefined ? undefined : countParameter('maxBandwidth', maxBandwidth, 1),
    autoConverge: flagParameter('autoConverge', autoConverge, true),
  };
}

function definitionOf(params: Readonly<Record<string, unknown>>): DomainSummary {
  const xml = textParameter('_srcDomXML', params['_srcDomXML']);
  try {
    return readDomainXml(xml);
  } catch (error) {
    const why = `Error creating the requested VM: ${messageOf(error)}`;
    throw new VdsmError(VDSM_CODE.cannotCreateVm, why, { cause: error });
  }
}
