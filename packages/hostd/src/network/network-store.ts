// What this daemon has to remember of the networks it makes.
//   running:   which bridges are its own; lies in /run, since a reboot removes them.
//   pending:   how to take back a change that nobody has confirmed yet; in /run for the same reason.
//   persisted: what a reboot makes again.

import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HeError, isErrno, messageOf } from '@hosted-engine/ports';
import type { DeviceConfig } from './device-config.js';

/** A bridge of ours. */
export interface OwnBridge {
  readonly port: string;
  /** How the port made its link-local address before. */
  readonly addrGenMode: string;
}

export interface SavedBridge extends OwnBridge {
  readonly version: 1;
  readonly mac: string;
  readonly mtu: number;
  readonly stp: boolean;
  readonly config: DeviceConfig;
}

export interface PendingChange {
  readonly undo: readonly string[];
  readonly bridges: Readonly<Record<string, OwnBridge>>;
}

export interface NetworkStore {
  running(): Promise<Readonly<Record<string, OwnBridge>>>;
  setRunning(bridges: Readonly<Record<string, OwnBridge>>): Promise<void>;
  pending(): Promise<PendingChange | undefined>;
  setPending(change: PendingChange | undefined): Promise<void>;
  persisted(): Promise<Readonly<Record<string, SavedBridge>>>;
  /** Replaces all that was persisted. */
  persist(bridges: Readonly<Record<string, SavedBridge>>): Promise<void>;
}

export interface StorePaths {
  readonly runDir: string;
  readonly persistentDir: string;
}

export function createNetworkStore({ runDir, persistentDir }: StorePaths): NetworkStore {
  const runningFile = join(runDir, 'networks.json');
  const pendingFile = join(runDir, 'network-change.json');
  const names = async (): Promise<string[]> => {
    const all = await readdir(persistentDir).catch(absent);
    return (all ?? []).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));
  };
  return {
    running: async () => (await readJson<Record<string, OwnBridge>>(runningFile)) ?? {},
    setRunning: (bridges) => writeJson(runningFile, bridges),
    pending: () => readJson<PendingChange>(pendingFile),
    setPending: (change) =>
      change === undefined ? rm(pendingFile, { force: true }) : writeJson(pendingFile, change),
    async persisted() {
      const saved: Record<string, SavedBridge> = {};
      for (const name of await names()) {
        const bridge = await readJson<SavedBridge>(join(persistentDir, `${name}.json`));
        if (bridge !== undefined) saved[name] = bridge;
      }
      return saved;
    },
    async persist(bridges) {
      for (const [name, bridge] of Object.entries(bridges)) {
        await writeJson(join(persistentDir, `${name}.json`), bridge);
      }
      for (const name of await names()) {
        if (bridges[name] === undefined) await rm(join(persistentDir, `${name}.json`));
      }
    },
  };
}

async function readJson<T>(path: string): Promise<T | undefined> {
  const text = await readFile(path, 'utf8').catch(absent);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new HeError('HE_CONFIG_INVALID', `${path} is damaged: ${messageOf(error)}`, {
      remedy: `remove ${path}, and set the network up again`,
      cause: error,
    });
  }
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  await writeFile(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o644, flush: true });
  await rename(draft, path);
}

function absent(error: unknown): undefined {
  if (isErrno(error, 'ENOENT')) return undefined;
  throw error;
}
