// What each key does. A key that breaks something heals it when it is broken already.

import type { Fault, FaultKind } from '../world/fault.js';
import type { HostSnapshot, WorldSnapshot } from '../world/snapshot.js';

export type Action =
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] }
  | { readonly kind: 'select'; readonly host: number }
  | { readonly kind: 'speed'; readonly by: 1 | -1 }
  | { readonly kind: 'pause' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'none' };

export interface KeyHelp {
  readonly key: string;
  readonly does: string;
}

/** How long a key freezes a daemon, in seconds: less than its watchdog allows. */
const FREEZE_S = 20;

interface HostKey extends KeyHelp {
  readonly fault: (host: HostSnapshot) => FaultKind;
}

interface ClusterKey extends KeyHelp {
  readonly faults: (world: WorldSnapshot) => readonly Fault[];
}

/** On the chosen host. */
export const HOST_KEYS: readonly HostKey[] = [
  { key: 'p', does: 'power', fault: ({ isPowered }) => (isPowered ? 'power-off' : 'power-on') },
  {
    key: 'n',
    does: 'network',
    fault: ({ network }) => (network === 'ok' ? 'cut-network' : 'heal-network'),
  },
  {
    key: 's',
    does: 'storage hangs',
    fault: ({ storage }) => (storage === 'ok' ? 'storage-hang' : 'storage-heal'),
  },
  {
    key: 'b',
    does: 'bridge',
    fault: ({ isBridgeUp }) => (isBridgeUp ? 'bridge-down' : 'bridge-up'),
  },
  { key: 'd', does: 'kill daemon', fault: () => 'kill-daemon' },
  { key: 'f', does: 'freeze daemon', fault: () => 'freeze-daemon' },
  {
    key: 'h',
    does: 'host daemon hangs',
    fault: ({ hostd }) => (hostd === 'up' ? 'hostd-hang' : 'hostd-up'),
  },
  {
    key: 'l',
    does: 'local maintenance',
    fault: ({ localMaintenance }) => (localMaintenance ? 'maintenance-end' : 'maintenance-local'),
  },
];

/** On the engine, or on all. */
export const CLUSTER_KEYS: readonly ClusterKey[] = [
  { key: 'k', does: 'kill QEMU', faults: () => [{ kind: 'kill-vm' }] },
  { key: 'u', does: 'shut the guest down', faults: () => [{ kind: 'guest-shutdown' }] },
  {
    key: 'e',
    does: 'engine service',
    faults: ({ engine }) => [{ kind: engine.isHealthy ? 'engine-stop' : 'engine-start' }],
  },
  {
    key: 'a',
    does: 'all storage hangs',
    faults: ({ hosts }) => [
      {
        kind: hosts.some(({ storage }) => storage === 'ok') ? 'storage-hang' : 'storage-heal',
        host: 'all',
      },
    ],
  },
  {
    key: 'g',
    does: 'global maintenance',
    faults: ({ globalMaintenance }) => [
      { kind: globalMaintenance === true ? 'maintenance-none' : 'maintenance-global' },
    ],
  },
  { key: 'c', does: 'heal everything', faults: healing },
];

export function actionOf(key: string, world: WorldSnapshot, chosen: number): Action {
  if (key === 'q' || key === '\u0003') return { kind: 'quit' };
  if (key === ' ') return { kind: 'pause' };
  if (key === '+' || key === '=') return { kind: 'speed', by: 1 };
  if (key === '-') return { kind: 'speed', by: -1 };
  const number = Number(key);
  if (key.trim() !== '' && world.hosts.some(({ index }) => index === number)) {
    return { kind: 'select', host: number };
  }
  const ofCluster = CLUSTER_KEYS.find((one) => one.key === key);
  if (ofCluster !== undefined) return { kind: 'faults', faults: ofCluster.faults(world) };
  const ofHost = HOST_KEYS.find((one) => one.key === key);
  const host = world.hosts.find(({ index }) => index === chosen);
  if (ofHost === undefined || host === undefined) return { kind: 'none' };
  const kind = ofHost.fault(host);
  const fault: Fault = { kind, host: host.index };
  return {
    kind: 'faults',
    faults: [kind === 'freeze-daemon' ? { ...fault, seconds: FREEZE_S } : fault],
  };
}

/** Whatever the keys can break, put right. */
function healing(world: WorldSnapshot): readonly Fault[] {
  const faults: Fault[] = [{ kind: 'storage-heal', host: 'all' }];
  if (world.globalMaintenance !== false) faults.push({ kind: 'maintenance-none' });
  for (const host of world.hosts) {
    const { index } = host;
    if (!host.isPowered) faults.push({ kind: 'power-on', host: index });
    if (host.network !== 'ok') faults.push({ kind: 'heal-network', host: index });
    if (!host.isBridgeUp) faults.push({ kind: 'bridge-up', host: index });
    if (host.hostd === 'hung' || host.hostd === 'down')
      faults.push({ kind: 'hostd-up', host: index });
    if (host.localMaintenance) faults.push({ kind: 'maintenance-end', host: index });
  }
  if (world.engine.runsOn.length > 0) faults.push({ kind: 'engine-start' });
  return faults;
}
