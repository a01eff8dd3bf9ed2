// All VMs of this host: what verbs ask of them, what the hypervisor tells of them, and what the two
// make of each other. Numbered rules, cited in the tests:
//
//   T1. A VM is Down only when the hypervisor said so over a working connection, or its start failed.
//       Silence, time-outs and a lost connection change nothing (I5).
//   T2. While our own start of a VM is in progress its outcome decides; events are noted only.
//   T3. A Down VM stays listed until VM.destroy; its images are taken down when it goes Down.
//   T4. Restarting this daemon changes no VM (I7): records come back from the store, VMs that the
//       hypervisor runs are adopted, VMs that are gone turn Down with reason 9.
//   T5. A start begun by an earlier process of ours, or over a connection that was lost, may still be
//       parked: such a VM is never looked up by itself, because libvirt would not answer (see
//       VirtDriver), only found by `list`.
//   T6. A VM in migration runs on exactly one side, and the hypervisors say on which: 'Migration Source'
//       until it has stopped here as migrated, 'Migration Destination' until its CPUs run here.

import {
  type Clock,
  type DomainMover,
  type DomainView,
  type Log,
  messageOf,
  type StopCause,
  type VirtDriver,
  VirtError,
  type VirtEvent,
} from '@hosted-engine/ports';
import { type MigrationStatus, VDSM_CODE, VdsmError } from '@hosted-engine/vdsm';
import { endLostPauses } from './lost-pause.js';
import type { PeerHosts } from './peer-hosts.js';
import { createVmIncoming, type IncomingVm } from './vm-incoming.js';
import {
  createVmMigrations,
  type MigrationListener,
  type MigrationRequest,
} from './vm-migrations.js';
import {
  afterEvent,
  afterLook,
  afterVanishing,
  EXIT,
  ended,
  newVmRecord,
  type VmRecord,
  withStatus,
} from './vm-record.js';
import { createVmRegistry, type StatusListener } from './vm-registry.js';
import { shutDownVm, waysToAsk } from './vm-shutdown.js';
import { type CompleteXml, createVmStarter, type VmImages } from './vm-starter.js';
import type { VmStore } from './vm-store.js';

export interface VmTableDeps {
  readonly driver: VirtDriver & DomainMover;
  readonly peers: PeerHosts;
  readonly store: VmStore;
  readonly images: VmImages;
  /** See Storage: what lost-pause.ts goes by. */
  readonly isHostIdLost: (sdUUID: string) => boolean;
  readonly completeXml: CompleteXml;
  /** What the table must know of a domain that it did not start itself. */
  readonly describe: (xml: string) => Pick<VmRecord, 'name' | 'images'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly onStatus: StatusListener;
  readonly onMigration: MigrationListener;
}

export type NewVm = Pick<VmRecord, 'vmId' | 'name' | 'xml' | 'images'> & {
  readonly paused: boolean;
};

/** The latest look at a domain, for statistics. */
export interface Sighting {
  readonly view: DomainView;
  /** Host's monotonic clock. */
  readonly atS: number;
}

export type VmTable = ReturnType<typeof createVmTable>;

/** Between looks at each running VM. */
const LOOK_INTERVAL_MS = 5000;
/** Between attempts to have the domains listed. */
const LIST_RETRY_MS = 1000;
/** How much later than the domain's end its event may come. */
const EVENT_GRACE_MS = 1000;
/** A look is given up before it is this old. */
const LOOK_AGE_MAX_S = 15;
/** How long a restarted daemon waits for the hypervisor before it serves with what it knows. */
const RECOVERY_MS = 10_000;
/** The same when a start may still be parked: then no list is to be expected soon (T5). */
const RECOVERY_PARKED_MS = 2000;
const RECOVERY_POLL_MS = 200;

export function createVmTable(deps: VmTableDeps) {
  const { driver, clock, log } = deps;
  const nowS = () => clock.monotonicS();
  const registry = createVmRegistry(deps.store, log, (record) => {
    if (record.status === 'Down') {
      shutdowns.get(record.vmId)?.abort();
      sightings.delete(record.vmId);
      if (!starter.isStarting(record.vmId)) background(starter.release(record));
    }
    deps.onStatus(record);
  });
  const starter = createVmStarter({ ...deps, registry, nowS });
  const incoming = createVmIncoming({ ...deps, registry, nowS });
  const migrations = createVmMigrations({
    ...deps,
    mover: driver,
    registry,
    lookAt,
    liveXml: (vmId) => sightings.get(vmId)?.view.xml,
    onProgress: deps.onMigration,
  });
  const shutdowns = new Map<string, AbortController>();
  const sightings = new Map<string, Sighting>();
  const stopsDuringStart = new Map<string, StopCause>();
  /** VMs whose start is not, or no longer, ours to see the end of (T5). */
  const inherited = new Set<string>();
  const closing = new AbortController();
  let isConnected = false;
  /** `list` has answered since the connection came up. */
  let isListed = false;

  function background(work: Promise<unknown>): void {
    work.catch((error: unknown) => log.error(`VM table: ${messageOf(error)}`));
  }

  function need(vmId: string): VmRecord {
    const record = registry.get(vmId);
    if (record !== undefined) return record;
    throw new VdsmError(VDSM_CODE.noSuchVm, `Virtual machine does not exist: {'vmId': '${vmId}'}`);
  }

  function isListedAlive(vmId: string): boolean {
    return (registry.get(vmId)?.status ?? 'Down') !== 'Down';
  }

  function needRunning(vmId: string): VmRecord {
    const record = need(vmId);
    if (record.status !== 'Down') return record;
    throw new VdsmError(VDSM_CODE.noSuchVm, `VM ${record.name} is down`);
  }

  function onEvent(event: VirtEvent): void {
    if (event.kind === 'connection') {
      isConnected = event.up;
      isListed = false;
      if (event.up) background(reconcile());
      return;
    }
    if (starter.isStarting(event.vmId)) {
      if (event.kind === 'stopped') stopsDuringStart.set(event.vmId, event.cause);
      return;
    }
    if (event.kind === 'started' && !isListedAlive(event.vmId)) {
      // Somebody else's start, or a VM that left and came back past us.
      registry.remove(event.vmId);
      background(lookAt(event.vmId));
      return;
    }
    if (event.kind === 'stopped') incoming.ended(event.vmId);
    if (event.kind === 'rebooted' && registry.get(event.vmId)?.intent === 'reboot') {
      shutdowns.get(event.vmId)?.abort();
    }
    registry.update(event.vmId, (record) => afterEvent(record, event, nowS()));
  }

  /** What a look at a domain says about its record. */
  function seen(view: DomainView): void {
    const { vmId } = view;
    sightings.set(vmId, { view, atS: nowS() });
    inherited.delete(vmId);
    const known = registry.get(vmId);
    // A look that began before the end of the domain says nothing of a return.
    const isBack = known?.status === 'Down' && nowS() - known.statusSinceS > LOOK_AGE_MAX_S;
    if (known === undefined || isBack) {
      const xml = view.xml ?? '';
      const adopted = newVmRecord({ vmId, xml, ...deps.describe(xml) }, nowS());
      registry.add(withStatus(adopted, 'Up', nowS()));
      background(starter.hold(adopted));
    }
    if (known?.status === 'Migration Source' && !migrations.isOurs(vmId)) {
      background(migrations.adopt(vmId));
    }
    registry.update(vmId, (record) => afterLook(record, view, nowS()));
  }

  function gone(vmId: string): void {
    const stop = stopsDuringStart.get(vmId);
    incoming.missing(vmId, sightings.has(vmId));
    registry.update(vmId, (record) => afterVanishing(record, stop, nowS()));
  }

  /** False: the hypervisor says that there is no such domain. Undefined: it does not say. */
  async function isThere(vmId: string): Promise<boolean | undefined> {
    try {
      const view = await driver.inspect(vmId);
      if (view.state !== 'starting' && !starter.isStarting(vmId)) seen(view);
      return true;
    } catch (error) {
      if (!(error instanceof VirtError)) throw error;
      return error.failure === 'no-domain' ? false : undefined;
    }
  }

  async function lookAt(vmId: string): Promise<void> {
    if ((await isThere(vmId)) !== false || starter.isStarting(vmId)) return;
    if (!stopsDuringStart.has(vmId)) {
      // The event that tells why may be on its way.
      await clock.sleep(EVENT_GRACE_MS, closing.signal);
      if (registry.get(vmId)?.status === 'Down' || (await isThere(vmId)) !== false) return;
    }
    if (!starter.isStarting(vmId) && !closing.signal.aborted) gone(vmId);
  }

  /** Brings records and hypervisor together. What cannot be told stays as it is (T1). */
  async function reconcile(): Promise<void> {
    if (!isListed) {
      const before = registry.all();
      let views: readonly DomainView[];
      try {
        views = await driver.list();
      } catch (error) {
        log.debug(`VMs not listed: ${messageOf(error)}`);
        return;
      }
      isListed = true;
      for (const view of views) if (!starter.isStarting(view.vmId)) seen(view);
      const listed = new Set(views.map((view) => view.vmId));
      for (const { vmId } of before) inherited.delete(vmId);
      // One that is not listed may have been started after the list was made: it gets a look.
      await lookAtAll((vmId) => !listed.has(vmId));
      return;
    }
    await lookAtAll(() => true);
  }

  async function lookAtAll(isWanted: (vmId: string) => boolean): Promise<void> {
    await Promise.all(
      registry
        .all()
        .filter(({ vmId, status }) => {
          return status !== 'Down' && !starter.isStarting(vmId) && isWanted(vmId);
        })
        .map(({ vmId }) => lookAt(vmId)),
    );
  }

  async function watch(): Promise<void> {
    while (!closing.signal.aborted) {
      await clock.sleep(isListed ? LOOK_INTERVAL_MS : LIST_RETRY_MS, closing.signal);
      if (isConnected && !closing.signal.aborted) await reconcile();
    }
  }

  async function startVm(record: VmRecord, paused: boolean): Promise<void> {
    if ((await starter.start(record, { paused })) === 'unknown') {
      inherited.add(record.vmId);
      isListed = false;
      return;
    }
    if (registry.get(record.vmId)?.status !== 'Down') await lookAt(record.vmId);
    stopsDuringStart.delete(record.vmId);
  }

  let unsubscribe = () => {};
  return {
    /** Loads the records and looks at the hypervisor; returns when it answered, or after a while. */
    async recover(): Promise<void> {
      for (const record of await deps.store.load()) {
        registry.add(record);
        if (record.status === 'WaitForLaunch') inherited.add(record.vmId);
      }
      unsubscribe = driver.subscribe(onEvent);
      background(watch());
      background(endLostPauses({ ...deps, registry }, closing.signal));
      const deadlineS = nowS() + (inherited.size > 0 ? RECOVERY_PARKED_MS : RECOVERY_MS) / 1000;
      while (!isListed && nowS() < deadlineS && !closing.signal.aborted) {
        await clock.sleep(RECOVERY_POLL_MS, closing.signal);
      }
      if (!isListed) log.warn('libvirt has not listed its VMs yet: serving what is known');
    },

    /** Begins the start and returns at once. Error 4 when the VM is listed, even Down. */
    create({ paused, ...vm }: NewVm): VmRecord {
      if (registry.get(vm.vmId) !== undefined || starter.isStarting(vm.vmId)) {
        throw new VdsmError(VDSM_CODE.vmExists, `Virtual machine already exists: ${vm.vmId}`);
      }
      const record = newVmRecord(vm, nowS());
      registry.add(record);
      background(startVm(record, paused));
      return record;
    },

    get: need,
    all: () => registry.all(),
    sighting: (vmId: string): Sighting | undefined => sightings.get(vmId),
    /** The hypervisor can be asked at this moment. */
    isConnected: () => isConnected,
    /** Ends the VM, a parked start included, and takes it off the list. */
    async destroy(vmId: string): Promise<void> {
      const record = need(vmId);
      shutdowns.get(vmId)?.abort();
      if (record.status !== 'Down') {
        registry.update(vmId, (old) => ({ ...old, intent: 'destroy' }));
        try {
          await driver.command(vmId, { kind: 'destroy', mayBeParked: inherited.has(vmId) });
        } catch (error) {
          if (!(error instanceof VirtError) || error.failure !== 'no-domain') {
            throw new VdsmError(VDSM_CODE.destroyFailed, messageOf(error), { cause: error });
          }
        }
        inherited.delete(vmId);
        const exit = record.status === 'WaitForLaunch' ? EXIT.destroyedOnStart : EXIT.adminShutdown;
        registry.update(vmId, (old) => (old.status === 'Down' ? old : ended(old, exit, nowS())));
      }
      registry.remove(vmId);
    },

    /** Makes this host ready to take the VM in; listed until the source moves it or gives up. */
    async expect(vm: IncomingVm, incomingLimit: number): Promise<VmRecord> {
      if (isListedAlive(vm.vmId) || starter.isStarting(vm.vmId)) {
        throw new VdsmError(VDSM_CODE.vmExists, `Virtual machine already exists: ${vm.vmId}`);
      }
      return incoming.prepare(vm, incomingLimit);
    },

    /** Begins to move the VM to another host. Error 51 while that is under way already. */
    migrate(vmId: string, request: MigrationRequest, outgoingLimit: number): MigrationStatus {
      return migrations.begin(needRunning(vmId), request, outgoingLimit);
    },

    migrationStatus: (vmId: string): MigrationStatus => {
      need(vmId);
      return migrations.status(vmId);
    },

    cancelMigration: (vmId: string): Promise<void> => {
      need(vmId);
      return migrations.cancel(vmId);
    },

    /** Begins the chain of vm-shutdown.ts. */
    shutdown(vmId: string, options: { reboot: boolean; timeoutMs: number; force: boolean }): void {
      const record = needRunning(vmId);
      if (record.status.startsWith('Migration')) {
        throw new VdsmError(VDSM_CODE.migrationInProgress, 'Migration in progress');
      }
      const xml = sightings.get(vmId)?.view.xml ?? record.xml;
      const { hasAgent, hasButton } = waysToAsk(xml);
      if (!hasAgent && !hasButton) {
        throw new VdsmError(VDSM_CODE.vmExists, `VM ${record.name} cannot be asked to shut down`);
      }
      shutdowns.get(vmId)?.abort();
      const abort = new AbortController();
      shutdowns.set(vmId, abort);
      registry.update(vmId, (old) => ({
        ...withStatus(old, options.reboot ? 'RebootInProgress' : 'Powering down', nowS()),
        intent: options.reboot ? 'reboot' : 'shutdown',
      }));
      const chain = shutDownVm({ ...deps, registry }, vmId, { ...options, hasAgent }, abort.signal);
      background(
        chain.finally(() => {
          if (shutdowns.get(vmId) === abort) shutdowns.delete(vmId);
        }),
      );
    },

    /** One command to a running VM; libvirt's refusal becomes the given error code. */
    async command(
      vmId: string,
      command: Parameters<VirtDriver['command']>[1],
      failureCode: number,
    ): Promise<void> {
      needRunning(vmId);
      try {
        await driver.command(vmId, command);
      } catch (error) {
        throw new VdsmError(failureCode, messageOf(error), { cause: error });
      }
    },

    /** A fresh look; undefined when there is no answer. */
    async look(vmId: string): Promise<Sighting | undefined> {
      needRunning(vmId);
      await lookAt(vmId);
      return sightings.get(vmId);
    },

    /** Stops watching. No VM is touched (I7). */
    close(): void {
      closing.abort();
      unsubscribe();
      for (const abort of shutdowns.values()) abort.abort();
    },
  };
}
