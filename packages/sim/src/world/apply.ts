// What each fault does to the world. An exhaustive table: a new kind without an entry does not compile.

import { encodeGlobalSlot, SLOT_BYTES } from '@hosted-engine/core';
import type { Fault, FaultKind } from './fault.js';
import type { SimHost } from './host.js';
import type { PathMode } from './storage.js';
import type { World } from './world.js';

type Table = { readonly [K in FaultKind]: (world: World, fault: Fault) => void };

export function applyFault(world: World, fault: Fault): void {
  TABLE[fault.kind](world, fault);
}

/** The hosts that the fault names. */
function each(world: World, { host }: Fault): readonly SimHost[] {
  return host === 'all' ? world.hosts : [world.host(host ?? 0)];
}

function one(world: World, { host }: Fault): SimHost {
  return world.host(host === 'all' || host === undefined ? 0 : host);
}

function path(mode: PathMode) {
  return (world: World, fault: Fault): void => {
    for (const host of each(world, fault)) {
      host.path.set(mode);
      if (mode === 'error' || mode === 'read-only') host.machine?.hypervisor.pauseOnIoError();
      if (mode === 'ok') host.path.latencyS = 0;
    }
  };
}

/** To the guest, wherever it runs; nothing when it runs nowhere. */
function guest(act: (host: SimHost) => void) {
  return (world: World): void => {
    const runner = world.runner();
    if (runner !== undefined) act(runner);
  };
}

function slot(make: (before: Uint8Array, world: World, id: number) => Uint8Array) {
  return (world: World, fault: Fault): void => {
    const id = one(world, fault).hostId;
    world.storage.slots.set(id, make(world.storage.slot(id).slice(), world, id));
  };
}

/** By the broker of any host that can write; by nobody when none can. */
function setGlobal(world: World, on: boolean): void {
  const writer = world.hosts.find(
    (host) =>
      host.path.mode === 'ok' && host.machine?.isConnected === true && host.run !== undefined,
  );
  if (writer === undefined) {
    world.note(undefined, 'no host can write the flag of global maintenance');
    return;
  }
  world.storage.slots.set(0, encodeGlobalSlot({ maintenance: on }));
  world.isGlobalMaintenance = on;
  writer.run?.process.deliver(() => writer.run?.daemon.wake());
}

function setLocal(host: SimHost, on: boolean, forced: boolean): void {
  host.localMaintenance = { on, forced };
  host.run?.process.deliver(() => host.run?.daemon.wake());
}

function byHand(act: (host: SimHost) => void) {
  return (world: World, fault: Fault): void => {
    const host = fault.host === undefined ? world.runner() : one(world, fault);
    if (host?.machine?.hypervisor.answers === 'yes') act(host);
    else world.note(host, 'nothing done: the host daemon does not answer');
  };
}

function flap(world: World, seconds: number, times: number): void {
  if (times <= 0) {
    world.trouble.isFlappedDown = false;
    return;
  }
  world.trouble.isFlappedDown = true;
  world.clock.after(seconds, () => {
    world.trouble.isFlappedDown = false;
    if (times > 1) world.clock.after(seconds, () => flap(world, seconds, times - 1));
  });
}

const TABLE: Table = {
  'power-off': (world, fault) => one(world, fault).powerOff('power cut'),
  'power-on': (world, fault) => one(world, fault).powerOn(world.profile.hostBootS),
  reboot: (world, fault) => one(world, fault).reset('reboot', fault.seconds),
  shutdown: (world, fault) => one(world, fault).shutDown(),
  'kill-daemon': (world, fault) => one(world, fault).killDaemon('killed'),
  'freeze-daemon': (world, fault) => one(world, fault).freezeDaemon(fault.seconds ?? 0),
  'stop-daemon': (world, fault) => one(world, fault).stopDaemon(),
  'start-daemon': (world, fault) => one(world, fault).startDaemon(),
  'break-daemon': (world, fault) => one(world, fault).breakDaemon(),
  'hostd-down': (world, fault) => one(world, fault).machine?.hypervisor.setHostd('down'),
  'hostd-up': (world, fault) => one(world, fault).machine?.hypervisor.setHostd('up'),
  'hostd-hang': (world, fault) => one(world, fault).machine?.hypervisor.setHostd('hung'),
  'libvirt-hang': (world, fault) => one(world, fault).machine?.hypervisor.setLibvirtHung(true),
  'libvirt-heal': (world, fault) => one(world, fault).machine?.hypervisor.setLibvirtHung(false),
  'cut-network': (world, fault) => {
    one(world, fault).networkMode = 'cut';
  },
  'heal-network': (world, fault) => {
    one(world, fault).networkMode = 'ok';
  },
  'one-way-network': (world, fault) => {
    one(world, fault).networkMode = 'one-way';
  },
  // Its management network leads nowhere; migrations have a network of their own.
  'cut-uplink': (world, fault) => {
    one(world, fault).hasUplink = false;
  },
  'heal-uplink': (world, fault) => {
    one(world, fault).hasUplink = true;
  },
  'cut-gateway': (world) => {
    world.isGatewayUp = false;
  },
  'heal-gateway': (world) => {
    world.isGatewayUp = true;
  },
  'storage-hang': path('hang'),
  'storage-break': path('error'),
  'storage-read-only': path('read-only'),
  'storage-heal': path('ok'),
  'storage-latency': (world, fault) => {
    for (const host of each(world, fault)) host.path.latencyS = fault.seconds ?? 0;
  },
  'disk-full': (world) => {
    world.storage.isFull = true;
    world.runner()?.machine?.hypervisor.pauseOnIoError();
  },
  'disk-free': (world) => {
    world.storage.isFull = false;
  },
  'slot-corrupt': slot((bytes) => bytes.map((byte, at) => (at % 7 === 3 ? byte ^ 0x55 : byte))),
  'slot-zero': slot(() => new Uint8Array(SLOT_BYTES)),
  'slot-too-new': slot((bytes) => {
    bytes[0] = 0x39;
    return bytes;
  }),
  // The first sector is new, the others are of long ago.
  'slot-torn': slot((bytes) => {
    bytes.fill(0x5a, 100, 512);
    return bytes;
  }),
  'slot-foreign': slot((_, world, target) => {
    const others = [...world.storage.slots].filter(([id]) => id !== 0 && id !== target);
    return (others.at(-1)?.[1] ?? new Uint8Array(SLOT_BYTES)).slice();
  }),
  'flag-corrupt': (world) => {
    world.storage.slots.set(0, new Uint8Array(SLOT_BYTES).fill(0x5a));
  },
  'clock-jump': (world, fault) => one(world, fault).time.jumpWall(fault.seconds ?? 0),
  'clock-drift': (world, fault) => one(world, fault).time.drift(fault.number ?? 0),
  'kill-vm': guest((host) => host.machine?.hypervisor.end('crashed', 'QEMU was killed')),
  'guest-shutdown': guest((host) =>
    host.machine?.hypervisor.end('shut-down', 'User shut down from within the guest'),
  ),
  'guest-hang': guest((host) => {
    const inside = host.machine?.hypervisor.qemu?.guest;
    if (inside !== undefined) inside.isHung = true;
  }),
  'guest-wake': guest((host) => {
    const inside = host.machine?.hypervisor.qemu?.guest;
    if (inside !== undefined) inside.isHung = false;
  }),
  'guest-pause-io': guest((host) => host.machine?.hypervisor.pauseOnIoError()),
  'guest-agent-down': guest((host) => {
    const inside = host.machine?.hypervisor.qemu?.guest;
    if (inside !== undefined) inside.hasAgent = false;
  }),
  'engine-stop': guest((host) => {
    const inside = host.machine?.hypervisor.qemu?.guest;
    if (inside !== undefined) inside.isServiceUp = false;
  }),
  'engine-start': guest((host) => {
    const inside = host.machine?.hypervisor.qemu?.guest;
    if (inside !== undefined) inside.isServiceUp = true;
  }),
  'engine-break': (world) => {
    world.trouble.isBroken = true;
  },
  'engine-mend': (world) => {
    world.trouble.isBroken = false;
  },
  'engine-flap': (world, fault) => flap(world, fault.seconds ?? 0, fault.number ?? 0),
  'start-fails': (world, fault) => {
    for (const host of each(world, fault)) host.startFault = fault.text;
  },
  'start-works': (world, fault) => {
    for (const host of each(world, fault)) host.startFault = undefined;
  },
  'migration-fails': (world) => {
    world.migrations = 'fail';
  },
  'migration-works': (world) => {
    world.migrations = 'work';
  },
  'migration-hangs': (world) => {
    world.migrations = 'hang';
  },
  'qemu-stuck': (world, fault) => {
    one(world, fault).isQemuStuck = true;
  },
  'qemu-unstuck': (world, fault) => {
    one(world, fault).isQemuStuck = false;
  },
  memory: (world, fault) => {
    one(world, fault).memoryFreeMiB = fault.number ?? 0;
  },
  cpu: (world, fault) => {
    one(world, fault).cpuLoad = fault.number ?? 0;
  },
  'bridge-down': (world, fault) => {
    one(world, fault).isBridgeUp = false;
  },
  'bridge-up': (world, fault) => {
    one(world, fault).isBridgeUp = true;
  },
  'maintenance-global': (world) => setGlobal(world, true),
  'maintenance-none': (world) => setGlobal(world, false),
  'maintenance-local': (world, fault) => setLocal(one(world, fault), true, false),
  'maintenance-local-force': (world, fault) => setLocal(one(world, fault), true, true),
  'maintenance-end': (world, fault) => setLocal(one(world, fault), false, false),
  'vm-start': byHand((host) => host.machine?.hypervisor.start('human')),
  'vm-shutdown': byHand((host) => host.machine?.hypervisor.command('shutdown')),
  'vm-poweroff': byHand((host) => host.machine?.hypervisor.command('destroy')),
  'migrate-by-hand': (world, fault) => {
    const target = one(world, fault);
    const source = world.runner();
    if (source?.machine?.hypervisor.answers === 'yes') {
      source.machine.hypervisor.migrateTo(target.name);
    }
  },
  'sanlock-kill': (world, fault) => one(world, fault).machine?.sanlock.kill(),
  'watchdog-absent': (world, fault) => {
    one(world, fault).hasWatchdog = false;
  },
  'watchdog-late': (world, fault) => {
    one(world, fault).watchdogLateS = fault.seconds ?? 0;
  },
  'host-id-twice': (world, fault) => {
    const original = one(world, fault);
    const twins = world.hosts.filter((host) => host.hostId === original.hostId).length;
    // host1b, host1c: sanlock tells hosts apart by name.
    const letter = String.fromCharCode('a'.charCodeAt(0) + twins);
    world.addHost(original.hostId, `${original.name}${letter}`).powerOn(world.profile.hostBootS);
  },
  upgrade: (world, fault) => {
    const host = one(world, fault);
    host.slotVersion = fault.text === 'ours' ? undefined : fault.text;
    host.killDaemon('restarted by an upgrade');
  },
  'config-stale': (world, fault) => {
    one(world, fault).isConfigStale = true;
  },
  'config-fresh': (world, fault) => {
    one(world, fault).isConfigStale = false;
  },
};
