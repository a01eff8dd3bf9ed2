import type { Fault } from '../world/fault.js';
import type { World } from '../world/world.js';

/** Ends every fault that may be there, by the same vocabulary. What happens next is up to the daemons. */
export function healingFaults(world: World): readonly Fault[] {
  const everywhere: Fault[] = [
    { kind: 'storage-heal', host: 'all' },
    { kind: 'start-works', host: 'all' },
    { kind: 'heal-gateway' },
    { kind: 'disk-free' },
    { kind: 'engine-mend' },
    { kind: 'engine-start' },
    // A guest that hangs comes to itself, in most worlds: else its engine is down for ten minutes more.
    ...(world.seed % 8 === 0 ? [] : [{ kind: 'guest-wake' } as const]),
    { kind: 'engine-flap', seconds: 0, number: 0 },
    { kind: 'migration-works' },
    { kind: 'maintenance-none' },
  ];
  const perHost = world.hosts.flatMap((host): Fault[] => [
    { kind: 'heal-network', host: host.index },
    { kind: 'hostd-up', host: host.index },
    { kind: 'libvirt-heal', host: host.index },
    { kind: 'qemu-unstuck', host: host.index },
    { kind: 'bridge-up', host: host.index },
    { kind: 'memory', host: host.index, number: 16_000 },
    { kind: 'cpu', host: host.index, number: 0.1 },
    { kind: 'config-fresh', host: host.index },
    { kind: 'maintenance-end', host: host.index },
    // sanlock cannot be started anew under QEMUs that it knew: the host is.
    ...(host.machine?.sanlock.isDead === true
      ? [{ kind: 'reboot', host: host.index, seconds: 5 } as const]
      : []),
    ...(host.isEnabled ? [] : [{ kind: 'start-daemon', host: host.index } as const]),
    ...(host.isPowered || host.isBooting ? [] : [{ kind: 'power-on', host: host.index } as const]),
  ]);
  return [...perHost, ...everywhere];
}
