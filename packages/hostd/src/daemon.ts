// The host daemon: one VDSM server over storage, VMs and host facts. Adapters come from main.ts.
//
//   H1. Until storage and VMs are restored after a start, every verb answers error 99 (vdsm.md A5).
//   H2. Closing, or dying, touches no VM, no mount and no host id (I7).

import { type VdsmConf, vmConfFromParams } from '@hosted-engine/formats';
import {
  type Clock,
  type DomainMover,
  HeError,
  type Log,
  messageOf,
  type ProcessRunner,
  type VirtDriver,
} from '@hosted-engine/ports';
import {
  createVdsmServer,
  domainXmlFromVmConf,
  PARAMETER_ORDER,
  type TlsFiles,
  VDSM_CODE,
  VdsmError,
  type VdsmServer,
  type VerbHandlers,
  type VerbName,
} from '@hosted-engine/vdsm';
import { createFactsCache } from './facts-cache.js';
import { hostCapabilities, networkSituation, operatingSystem } from './host/capabilities.js';
import { createCpuSampler, parseProcStat } from './host/cpu-sampler.js';
import type { HaBroker } from './host/ha-broker.js';
import { hardwareInfo } from './host/hardware-info.js';
import type { HostFiles } from './host/host-files.js';
import { hostStats } from './host/host-stats.js';
import type { HostNetworks } from './network/host-networks.js';
import type { Storage } from './storage/types.js';
import { hostHaMaintenanceVerbs } from './verbs/host-ha-maintenance.js';
import { hostInfoVerbs } from './verbs/host-info.js';
import { networkSetupVerbs } from './verbs/network-setup.js';
import { vmCreateVerbs } from './verbs/vm-create.js';
import { vmListVerbs } from './verbs/vm-list.js';
import { vmMigrateVerbs } from './verbs/vm-migrate.js';
import { vmPowerVerbs } from './verbs/vm-power.js';
import { vmTicketVerbs } from './verbs/vm-ticket.js';
import { createCpuUsageMeter } from './vm/cpu-usage.js';
import { completeDefinition, describeDefinition, isEmulated } from './vm/domain-definition.js';
import { createPeerHosts } from './vm/peer-hosts.js';
import { statusEvent } from './vm/vm-stats.js';
import type { VmStore } from './vm/vm-store.js';
import { createVmTable, type VmTable } from './vm/vm-table.js';

export interface DaemonDeps {
  readonly conf: VdsmConf;
  readonly tls: TlsFiles | undefined;
  readonly hostUuid: string;
  readonly version: string;
  readonly driver: VirtDriver & DomainMover;
  /** Restores what the previous run had, then serves. */
  readonly openStorage: () => Promise<Storage>;
  readonly vmStore: VmStore;
  readonly networks: HostNetworks;
  readonly broker: HaBroker;
  readonly files: HostFiles;
  readonly processes: ProcessRunner;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Daemon {
  /** Resolves with the port once callers are answered, with error 99 until `recover` is done. */
  listen(): Promise<number>;
  recover(): Promise<void>;
  close(): Promise<void>;
}

/** Between readings of processor use. */
const SAMPLE_INTERVAL_MS = 5000;

type Handlers = Partial<VerbHandlers>;

export function createDaemon(deps: DaemonDeps): Daemon {
  const { clock, log } = deps;
  const nowS = () => clock.monotonicS();
  const closing = new AbortController();
  let handlers: Handlers | undefined;
  let storage: Storage | undefined;
  let vms: VmTable | undefined;

  const server: VdsmServer = createVdsmServer({
    port: deps.conf.managementPort,
    ...(deps.conf.managementIp === undefined ? {} : { host: deps.conf.managementIp }),
    tls: deps.tls,
    handlers: gate(() => handlers),
    log,
    monotonicS: nowS,
  });

  async function compose(opened: Storage): Promise<Handlers> {
    const facts = createFactsCache(deps.driver);
    const release = operatingSystem((await deps.files.text('/etc/os-release')) ?? '');
    const definition = {
      facts,
      allowEmulation: deps.conf.allowEmulation,
      host: { osName: release.name, osVersion: release.version, serial: deps.hostUuid },
    };
    const table = createVmTable({
      driver: deps.driver,
      store: deps.vmStore,
      images: opened,
      isHostIdLost: (sdUUID) => opened.isHostIdLost(sdUUID),
      completeXml: (xml, prepared) => completeDefinition(xml, prepared, definition),
      describe: describeDefinition,
      clock,
      log,
      onStatus: (record) => {
        if (handlers === undefined) return;
        const payload = { [record.vmId]: statusEvent(record) };
        server.emitEvent(`|virt|VM_status|${record.vmId}`, payload);
      },
      peers: createPeerHosts(deps.tls),
      onMigration: (vmId, { progress }) => {
        const payload = { [vmId]: { progress, postcopy: false } };
        server.emitEvent(`|virt|VM_migration_status|${vmId}`, payload);
      },
    });
    vms = table;
    const cpuMeter = createCpuUsageMeter(nowS);
    const cpuSampler = createCpuSampler();
    const startedS = nowS();
    sample(table).catch((error: unknown) => log.error(`sampling ended: ${messageOf(error)}`));

    async function sample(of: VmTable): Promise<void> {
      while (!closing.signal.aborted) {
        cpuSampler.add(parseProcStat((await deps.files.text('/proc/stat')) ?? ''));
        for (const { vmId } of of.all()) {
          const pid = of.sighting(vmId)?.view.pid;
          if (pid === undefined) cpuMeter.forget(vmId);
          else await cpuMeter.sample(vmId, pid);
        }
        await clock.sleep(SAMPLE_INTERVAL_MS, closing.signal);
      }
    }

    const host = {
      capabilities: (callerReached: string) =>
        hostCapabilities(
          { ...deps, facts, isHaDeployed: () => deps.broker.isDeployed() },
          callerReached,
        ),
      networkCapabilities: async () => (await networkSituation(deps)).capabilities,
      stats: () =>
        hostStats({
          ...deps,
          cpu: cpuSampler,
          vmStatuses: () => table.all().map(({ status }) => status),
          repoStats: () => opened.repoStats(),
          haStats: () => deps.broker.stats(),
          startedS,
        }),
      hardware: () => hardwareInfo(deps.files),
    };
    await table.recover();
    return {
      // Names and parameters are checked by storage itself; the types meet at the protocol.
      ...(opened.verbs() as Handlers),
      ...hostInfoVerbs(host),
      ...networkSetupVerbs(deps.networks),
      ...hostHaMaintenanceVerbs(deps.broker),
      ...vmCreateVerbs({
        vms: table,
        nowS,
        xmlFromVmConf: async (conf) =>
          domainXmlFromVmConf(vmConfFromParams(conf), {
            emulation: await isEmulated(definition),
          }),
      }),
      ...vmListVerbs({ vms: table, cpu: cpuMeter, nowS }),
      ...vmPowerVerbs({ vms: table }),
      ...vmMigrateVerbs({ vms: table, nowS }),
      ...vmTicketVerbs({ vms: table, nowS, wallMs: () => clock.wallMs() }),
    };
  }

  return {
    listen: () => server.listen(),

    async recover() {
      // First of all: without its network this host is of no use to anybody.
      await deps.networks.recover();
      storage = await deps.openStorage();
      handlers = await compose(storage);
      log.info('recovered: serving all verbs');
    },

    async close() {
      closing.abort();
      await deps.networks.close();
      vms?.close();
      await server.close();
      await storage?.close();
    },
  };
}

/** A handler for every verb of the protocol, so that each answers 99 during recovery (H1). */
function gate(current: () => Handlers | undefined): Handlers {
  const gated: Record<string, unknown> = {};
  for (const verb of Object.keys(PARAMETER_ORDER) as VerbName[]) {
    gated[verb] = async (params: never, context: never) => {
      const handlers = current();
      if (handlers === undefined) {
        throw new VdsmError(VDSM_CODE.recovering, 'Recovering from crash or Initializing');
      }
      const handler = handlers[verb];
      if (handler === undefined) {
        throw new VdsmError(VDSM_CODE.methodNotFound, `The method '${verb}' is not available`);
      }
      try {
        return await handler(params, context);
      } catch (error) {
        // An operating error is the caller's to know, with its words; anything else is a defect.
        if (!(error instanceof HeError)) throw error;
        throw new VdsmError(VDSM_CODE.general, error.message, { cause: error });
      }
    };
  }
  return gated as Handlers;
}
