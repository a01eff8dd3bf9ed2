// The source's side of a migration (vdsm.md B4): the target prepares, the hypervisors move the guest,
// the target is cleared up after a failure. The hypervisor carries a migration through by itself, so
// a restart of this daemon does not end it: it is found again by `adopt`.

import {
  type Clock,
  type DomainMover,
  isOutcomeUnknown,
  type Log,
  messageOf,
} from '@hosted-engine/ports';
import { type MigrationStatus, VDSM_CODE, VdsmError } from '@hosted-engine/vdsm';
import { type PeerHosts, splitAddress } from './peer-hosts.js';
import { EXIT, ended, stayed, type VmRecord, withStatus } from './vm-record.js';
import type { VmRegistry } from './vm-registry.js';

export interface MigrationRequest {
  /** The other host's daemon, as `host:port`. */
  readonly destination: string;
  /** Where the guest's memory is sent, when that is not the host of `destination`. */
  readonly dataHost: string | undefined;
  readonly downtimeMaxMs: number;
  readonly bandwidthMiB: number | undefined;
  readonly autoConverge: boolean;
}

export type MigrationListener = (vmId: string, status: MigrationStatus) => void;

export interface VmMigrationsDeps {
  readonly mover: DomainMover;
  readonly peers: PeerHosts;
  readonly registry: VmRegistry;
  readonly clock: Clock;
  readonly log: Log;
  /** A fresh look at a domain, which settles its record. */
  readonly lookAt: (vmId: string) => Promise<void>;
  /** The XML that the hypervisor has of it. */
  readonly liveXml: (vmId: string) => string | undefined;
  readonly onProgress: MigrationListener;
}

export interface VmMigrations {
  /** Marks the VM as 'Migration Source' and returns; how it ends shows in its status. */
  begin(record: VmRecord, request: MigrationRequest, limit: number): MigrationStatus;
  /** Of the migration under way, or of the last one. Error 81 when there was none. */
  status(vmId: string): MigrationStatus;
  /** Error 47 when there is nothing to cancel, or the hypervisor refuses. */
  cancel(vmId: string): Promise<void>;
  /** The migration is this process's to see the end of. */
  isOurs(vmId: string): boolean;
  /** A migration that an earlier process began: is it over, or still under way? */
  adopt(vmId: string): Promise<void>;
}

/** The stop that is tried for at first; most guests never need more. */
const DOWNTIME_FIRST_MS = 100;
/** When that does not do, this often twice as much is accepted, up to what the caller allows. */
const DOWNTIME_STEP_S = 20;
const PROGRESS_INTERVAL_MS = 1000;
/** No less left to send than this long ago: it will not end by itself. */
const STALLED_S = 150;
/** VDSM's pace and patience with a target that has its hands full. */
const BUSY_RETRY_MS = 10_000;
const BUSY_RETRIES = 6;
const PREPARE_MS = 60_000;
const CLEAR_UP_MS = 20_000;
const INCOMING_LIMIT = 2;

const RUNNING: MigrationStatus['status'] = { code: 0, message: 'Migration in progress' };

/** Errors 51, 12 and 82. */
function refuseUnfit(record: VmRecord, all: readonly VmRecord[], limit: number): void {
  if (record.status === 'Migration Source') {
    throw new VdsmError(VDSM_CODE.migrationInProgress, 'Migration in progress');
  }
  if (record.status !== 'Up') {
    const why = `VM ${record.name} is ${record.status}: only one that is Up can be migrated`;
    throw new VdsmError(VDSM_CODE.migrationError, why);
  }
  if (all.filter(({ status }) => status === 'Migration Source').length >= limit) {
    throw new VdsmError(VDSM_CODE.migrationLimit, 'Outgoing migration limit exceeded');
  }
}

/**
 * QEMU before 9.0 forgets changes of the memory of a guest that runs without KVM, from its second look
 * at them on: it resets its record of changed pages, but not its own short cut to those pages. When no
 * stop at all is accepted there is no second look: all of the memory is sent once, then the guest is
 * stopped and what it changed meanwhile is sent. docs/adr/0003-live-migration.md has the details.
 */
function isEmulated(xml: string): boolean {
  return /<domain\b[^>]*\btype=['"]qemu['"]/.test(xml);
}

/** What is accepted after that many seconds of sending. */
export function downtimeAt(elapsedS: number, maxMs: number): number {
  return Math.min(maxMs, DOWNTIME_FIRST_MS * 2 ** Math.floor(elapsedS / DOWNTIME_STEP_S));
}

export function createVmMigrations(deps: VmMigrationsDeps): VmMigrations {
  const { mover, peers, registry, clock, log } = deps;
  const nowS = () => clock.monotonicS();
  const statuses = new Map<string, MigrationStatus>();
  const ours = new Map<string, AbortController>();
  const adopting = new Set<string>();

  function tell(vmId: string, status: MigrationStatus): void {
    const before = statuses.get(vmId);
    statuses.set(vmId, status);
    if (before?.progress !== status.progress) deps.onProgress(vmId, status);
  }

  function failed(vmId: string, code: number, message: string): void {
    tell(vmId, { status: { code, message }, progress: statuses.get(vmId)?.progress ?? 0 });
    log.warn(`migration failed: ${message}`, { vmId });
    registry.update(vmId, (record) => stayed(record, nowS()));
  }

  async function prepareTarget(record: VmRecord, signal: AbortSignal): Promise<void> {
    const { vmId, name, movesTo = '' } = record;
    const params = {
      vmId,
      vmName: name,
      migrationDest: 'libvirt',
      _srcDomXML: deps.liveXml(vmId) ?? record.xml,
      elapsedTimeOffset: nowS() - record.createdS,
    };
    await peers.with(movesTo, async (peer) => {
      await peer.call('Host.ping', {}, { timeoutMs: PREPARE_MS });
      for (let attempt = 1; ; attempt += 1) {
        try {
          const call = { vmID: vmId, params, incomingLimit: INCOMING_LIMIT };
          await peer.call('VM.migrationCreate', call, { timeoutMs: PREPARE_MS });
          return;
        } catch (error) {
          const isBusy = error instanceof VdsmError && error.code === VDSM_CODE.migrationLimit;
          if (!isBusy || attempt >= BUSY_RETRIES || signal.aborted) throw error;
          await clock.sleep(BUSY_RETRY_MS, signal);
        }
      }
    });
  }

  /** Only what never ran there is ended there. */
  async function clearTarget(vmId: string, address: string): Promise<void> {
    try {
      await peers.with(address, async (peer) => {
        const options = { timeoutMs: CLEAR_UP_MS };
        const [stats] = await peer.call('VM.getStats', { vmID: vmId }, options);
        if (stats?.status === 'Migration Destination') {
          await peer.call('VM.destroy', { vmID: vmId }, options);
        }
      });
    } catch (error) {
      // It has none, or does not answer: then it finds out by itself.
      log.info(`the target was not cleared up: ${messageOf(error)}`, { vmId });
    }
  }

  async function run(
    record: VmRecord,
    request: MigrationRequest,
    cancelled: AbortController,
  ): Promise<void> {
    const { vmId } = record;
    const over = new AbortController();
    try {
      await prepareTarget(record, cancelled.signal);
      if (cancelled.signal.aborted) throw new Error('cancelled');
      const { host } = splitAddress(request.destination);
      const maxMs = isEmulated(deps.liveXml(vmId) ?? record.xml) ? 0 : request.downtimeMaxMs;
      const moved = mover.migrate(vmId, {
        host,
        dataHost: request.dataHost ?? host,
        downtimeMs: downtimeAt(0, maxMs),
        bandwidthMiB: request.bandwidthMiB,
        autoConverge: request.autoConverge,
      });
      const watching = watch(vmId, maxMs, cancelled.signal, over.signal);
      await moved.finally(() => over.abort());
      await watching;
      tell(vmId, { status: { code: 0, message: 'Migration done' }, progress: 100 });
      // The event that says so may be on its way still.
      registry.update(vmId, (old) =>
        old.status === 'Down' ? old : ended(old, EXIT.migrated, nowS()),
      );
    } catch (error) {
      if (isOutcomeUnknown(error)) {
        log.warn(`the end of the migration is not known yet: ${messageOf(error)}`, { vmId });
        return;
      }
      const why = cancelled.signal.aborted ? 'Migration canceled' : messageOf(error);
      failed(vmId, VDSM_CODE.migrationError, why);
      await Promise.all([clearTarget(vmId, request.destination), deps.lookAt(vmId)]);
    }
  }

  /** Shows how far it is, accepts a longer stop as time goes by, ends one that gets nowhere. */
  async function watch(
    vmId: string,
    downtimeMaxMs: number,
    cancelled: AbortSignal,
    signal: AbortSignal,
  ): Promise<void> {
    const begunS = nowS();
    let acceptedMs = downtimeAt(0, downtimeMaxMs);
    let least = { bytes: Number.POSITIVE_INFINITY, atS: begunS };
    while (!signal.aborted) {
      await clock.sleep(PROGRESS_INTERVAL_MS, signal);
      if (signal.aborted) return;
      try {
        const progress = await mover.progress(vmId);
        if (progress === undefined || signal.aborted) continue;
        // It had not begun when the cancel came.
        if (cancelled.aborted) await mover.abort(vmId);
        const { remainingBytes, totalBytes } = progress;
        if (remainingBytes < least.bytes) least = { bytes: remainingBytes, atS: nowS() };
        const percent = totalBytes === 0 ? 0 : 100 - (100 * remainingBytes) / totalBytes;
        tell(vmId, { status: RUNNING, progress: Math.min(99, Math.floor(percent)) });
        if (nowS() - least.atS > STALLED_S) {
          log.warn(`the migration makes no progress for ${STALLED_S} s: ending it`, { vmId });
          await mover.abort(vmId);
        }
        const nextMs = downtimeAt(nowS() - begunS, downtimeMaxMs);
        if (nextMs === acceptedMs) continue;
        await mover.setDowntime(vmId, nextMs);
        acceptedMs = nextMs;
      } catch (error) {
        log.debug(`progress of the migration: ${messageOf(error)}`, { vmId });
      }
    }
  }

  return {
    begin(record, request, limit) {
      const { vmId } = record;
      refuseUnfit(record, registry.all(), limit);
      const cancelled = new AbortController();
      ours.set(vmId, cancelled);
      const status = { status: RUNNING, progress: 0 };
      statuses.set(vmId, status);
      const leaving: VmRecord = {
        ...withStatus(record, 'Migration Source', nowS()),
        movesTo: request.destination,
      };
      registry.update(vmId, () => leaving);
      run(leaving, request, cancelled)
        .catch((error: unknown) => log.error(`migration: ${messageOf(error)}`, { vmId }))
        .finally(() => ours.delete(vmId));
      return status;
    },

    status(vmId) {
      const status = statuses.get(vmId);
      if (status !== undefined) return status;
      if (registry.get(vmId)?.movesTo !== undefined) return { status: RUNNING, progress: 0 };
      throw new VdsmError(VDSM_CODE.migrationNotInProgress, 'Migration not in progress');
    },

    async cancel(vmId) {
      const record = registry.get(vmId);
      const mine = ours.get(vmId);
      if (record?.status !== 'Migration Source') {
        throw new VdsmError(VDSM_CODE.migrationCancelFailed, 'The VM is not being migrated');
      }
      mine?.abort();
      try {
        await mover.abort(vmId);
      } catch (error) {
        // Before the hypervisor has begun there is nothing to end there.
        if (mine === undefined) {
          const why = messageOf(error);
          throw new VdsmError(VDSM_CODE.migrationCancelFailed, why, { cause: error });
        }
      }
    },

    isOurs: (vmId) => ours.has(vmId),

    async adopt(vmId) {
      if (adopting.has(vmId)) return;
      adopting.add(vmId);
      try {
        if ((await mover.progress(vmId)) !== undefined) return;
        const { movesTo } = registry.get(vmId) ?? {};
        failed(vmId, VDSM_CODE.migrationError, 'The migration ended while nobody watched');
        if (movesTo !== undefined) await clearTarget(vmId, movesTo);
      } catch (error) {
        // Gone meanwhile, or no answer: the next look tells.
        log.debug(`migration begun earlier: ${messageOf(error)}`, { vmId });
      } finally {
        adopting.delete(vmId);
      }
    },
  };
}
