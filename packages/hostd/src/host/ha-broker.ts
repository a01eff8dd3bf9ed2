// The HA daemon as hostd sees it: its broker socket (ha-daemon.md 9) and the files of the deployment.
// What is not known is reported as false and 0, as VDSM does (vdsm.md B6): these figures are for
// people and the engine, no decision about the engine VM is made from them.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { decodeGlobalSlot, decodeHostSlot, encodeGlobalSlot } from '@hosted-engine/core';
import { formatHaConf, KeyValueDocument, parseHaConf } from '@hosted-engine/formats';
import { type BoardState, type Broker, type Clock, messageOf } from '@hosted-engine/ports';
import { isErrno } from '@hosted-engine/ports/errno';
import { type HaStats, VDSM_CODE, VdsmError } from '@hosted-engine/vdsm';

export interface HaBrokerOptions {
  readonly clock: Clock;
  /** The HA daemon, asked with this time-out. */
  readonly connect: (timeoutMs: number) => Broker;
  /** @default /etc/ovirt-hosted-engine/hosted-engine.conf */
  readonly confPath?: string;
  /** @default /var/lib/ovirt-hosted-engine-ha/ha.conf */
  readonly haConfPath?: string;
}

export interface HaBroker {
  /** Settles within seconds, whatever the HA daemon does; figures are at most 10 s old. */
  stats(): Promise<HaStats>;
  isDeployed(): Promise<boolean>;
  /** VdsmError 40 without an HA daemon, 61 when it refused or the mode is unknown. */
  setMaintenance(mode: string, enabled: boolean): Promise<void>;
}

const STATS_TIMEOUT_MS = 1000;
const MAINTENANCE_TIMEOUT_MS = 60_000;
/** Figures this fresh are given again: several callers ask for the host's statistics. */
const STATS_AGE_MAX_S = 10;

export const HA_ABSENT: HaStats = {
  configured: false,
  active: false,
  score: 0,
  globalMaintenance: false,
  localMaintenance: false,
};

export function createHaBroker(options: HaBrokerOptions): HaBroker {
  const { clock } = options;
  const confPath = options.confPath ?? '/etc/ovirt-hosted-engine/hosted-engine.conf';
  const haConfPath = options.haConfPath ?? '/var/lib/ovirt-hosted-engine-ha/ha.conf';
  let latest: { readonly stats: Promise<HaStats>; readonly atS: number } | undefined;

  async function hostId(): Promise<string | undefined> {
    const conf = await readText(confPath);
    const id = conf === undefined ? undefined : KeyValueDocument.parse(conf).get('host_id');
    return id !== undefined && /^\d+$/.test(id) ? id : undefined;
  }

  async function ask(): Promise<HaStats> {
    const id = await hostId();
    if (id === undefined) return HA_ABSENT;
    try {
      return haStatsOf(Number(id), await options.connect(STATS_TIMEOUT_MS).state());
    } catch {
      // No daemon, no answer, or one that makes no sense.
      return { ...HA_ABSENT, configured: true };
    }
  }

  async function setLocal(enabled: boolean): Promise<void> {
    const base = (await readText(haConfPath)) ?? '';
    const conf = parseHaConf(base, haConfPath);
    const next = { ...conf, localMaintenance: enabled, localMaintenanceManual: false };
    await mkdir(dirname(haConfPath), { recursive: true });
    const temporary = `${haConfPath}.hostd`;
    await writeFile(temporary, formatHaConf(next, base));
    await rename(temporary, haConfPath);
  }

  return {
    stats() {
      const nowS = clock.monotonicS();
      if (latest === undefined || nowS - latest.atS > STATS_AGE_MAX_S) {
        latest = { stats: ask(), atS: nowS };
      }
      return latest.stats;
    },

    isDeployed: async () => (await hostId()) !== undefined,

    async setMaintenance(mode, enabled) {
      if ((await hostId()) === undefined) {
        throw new VdsmError(VDSM_CODE.resourceUnavailable, 'Hosted Engine HA is not set up here');
      }
      try {
        if (mode.toUpperCase() === 'LOCAL') return await setLocal(enabled);
        if (mode.toUpperCase() !== 'GLOBAL') throw new Error(`unknown mode '${mode}'`);
        const slot = encodeGlobalSlot({ maintenance: enabled });
        await options.connect(MAINTENANCE_TIMEOUT_MS).writeGlobalSlot(slot);
        latest = undefined;
      } catch (error) {
        const absent = isAbsent(error);
        throw new VdsmError(
          absent ? VDSM_CODE.resourceUnavailable : VDSM_CODE.haMaintenanceFailed,
          `Failed to set Hosted Engine HA maintenance mode: ${messageOf(error)}`,
          { cause: error },
        );
      }
    },
  };
}

export function haStatsOf(hostId: number, { slots, alive }: BoardState): HaStats {
  const globalBytes = slots.get(0);
  const global = globalBytes === undefined ? undefined : decodeGlobalSlot(globalBytes);
  const ownBytes = slots.get(hostId);
  const own = ownBytes === undefined ? undefined : decodeHostSlot(hostId, ownBytes);
  const record = own?.kind === 'host' ? own.record : undefined;
  return {
    configured: true,
    active: alive.has(hostId),
    score: record?.score ?? 0,
    globalMaintenance: global?.kind === 'global' && global.maintenance === true,
    localMaintenance: record?.localMaintenance === true,
  };
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && isErrno(error.cause, 'ENOENT', 'ECONNREFUSED');
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
