// The HA daemon as hostd sees it: its broker socket (ha-daemon.md 9) and the files of the deployment.
// What is not known is reported as false and 0, as VDSM does (vdsm.md B6): these figures are for
// people and the engine, no decision about the engine VM is made from them.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { dirname } from 'node:path';
import { decodeGlobalSlot, decodeHostSlot, encodeGlobalSlot } from '@hosted-engine/core';
import {
  decodeResponse,
  encodeCall,
  formatHaConf,
  KeyValueDocument,
  parseHaConf,
  type XmlRpcValue,
} from '@hosted-engine/formats';
import { type Clock, messageOf } from '@hosted-engine/ports';
import { type HaStats, VDSM_CODE, VdsmError } from '@hosted-engine/vdsm';

export interface HaBrokerOptions {
  readonly clock: Clock;
  /** @default /run/ovirt-hosted-engine-ha/broker.socket */
  readonly socketPath?: string;
  /** @default /etc/ovirt-hosted-engine/hosted-engine.conf */
  readonly confPath?: string;
  /** @default /var/lib/ovirt-hosted-engine-ha/ha.conf */
  readonly haConfPath?: string;
}

export interface HaBroker {
  /** Settles within a second, whatever the HA daemon does. */
  stats(): Promise<HaStats>;
  isDeployed(): Promise<boolean>;
  /** VdsmError 40 without an HA daemon, 61 when it refused or the mode is unknown. */
  setMaintenance(mode: string, enabled: boolean): Promise<void>;
}

const STATS_TIMEOUT_MS = 1000;
const MAINTENANCE_TIMEOUT_MS = 60_000;
/** Figures this fresh are given again: several callers ask for the host's statistics. */
const STATS_AGE_MAX_S = 1;
const SLOT_GLOBAL = '0';

export const HA_ABSENT: HaStats = {
  configured: false,
  active: false,
  score: 0,
  globalMaintenance: false,
  localMaintenance: false,
};

export function createHaBroker(options: HaBrokerOptions): HaBroker {
  const { clock } = options;
  const socketPath = options.socketPath ?? '/run/ovirt-hosted-engine-ha/broker.socket';
  const confPath = options.confPath ?? '/etc/ovirt-hosted-engine/hosted-engine.conf';
  const haConfPath = options.haConfPath ?? '/var/lib/ovirt-hosted-engine-ha/ha.conf';
  let latest: { readonly stats: Promise<HaStats>; readonly atS: number } | undefined;

  async function hostId(): Promise<string | undefined> {
    const conf = await readText(confPath);
    const id = conf === undefined ? undefined : KeyValueDocument.parse(conf).get('host_id');
    return id !== undefined && /^\d+$/.test(id) ? id : undefined;
  }

  async function call(
    method: string,
    params: readonly XmlRpcValue[],
    timeoutMs: number,
  ): Promise<XmlRpcValue> {
    const response = decodeResponse(
      await post(socketPath, encodeCall(method, params), AbortSignal.timeout(timeoutMs)),
    );
    if (response.kind === 'value') return response.value;
    throw new Error(response.message);
  }

  async function ask(): Promise<HaStats> {
    const id = await hostId();
    if (id === undefined) return HA_ABSENT;
    try {
      const [slots, alive] = await Promise.all([
        call('get_stats', [], STATS_TIMEOUT_MS),
        call('is_host_alive', [], STATS_TIMEOUT_MS),
      ]);
      return haStatsOf(id, slots, alive);
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
        await call('put_stats', [0, slot], MAINTENANCE_TIMEOUT_MS);
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

/** From the broker's answers: raw slots by host id, and the ids of live hosts. */
export function haStatsOf(hostId: string, slots: XmlRpcValue, alive: XmlRpcValue): HaStats {
  const bytes = (id: string) => {
    const slot = isStruct(slots) ? slots[id] : undefined;
    return slot instanceof Uint8Array ? slot : undefined;
  };
  const globalBytes = bytes(SLOT_GLOBAL);
  const global = globalBytes === undefined ? undefined : decodeGlobalSlot(globalBytes);
  const ownBytes = bytes(hostId);
  const own = ownBytes === undefined ? undefined : decodeHostSlot(Number(hostId), ownBytes);
  const record = own?.kind === 'host' ? own.record : undefined;
  return {
    configured: true,
    active: Array.isArray(alive) && alive.some((id) => String(id) === hostId),
    score: record?.score ?? 0,
    globalMaintenance: global?.kind === 'global' && global.maintenance === true,
    localMaintenance: record?.localMaintenance === true,
  };
}

function isStruct(value: XmlRpcValue): value is { readonly [member: string]: XmlRpcValue } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}

function isAbsent(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ECONNREFUSED';
}

function post(socketPath: string, body: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(body) };
    const call = request(
      { socketPath, path: '/RPC2', method: 'POST', headers, signal },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
          else reject(new Error(`the HA daemon answered with HTTP ${response.statusCode}`));
        });
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
