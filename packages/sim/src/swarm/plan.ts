// What a seed draws: a cluster, a random part of the fault menu, and when what happens.

import type { Fault, FaultKind } from '../world/fault.js';
import { SLOT_VERSIONS } from '../world/other-writers.js';
import { DEFAULT_PROFILE, failS, LAB_PROFILE, type Profile } from '../world/profile.js';
import { Random } from '../world/random.js';

export interface PlannedFault {
  readonly atS: number;
  readonly fault: Fault;
}

export interface Plan {
  readonly seed: number;
  readonly hosts: number;
  readonly profile: Partial<Profile>;
  readonly faults: readonly PlannedFault[];
  /** When everything is healed. */
  readonly healAtS: number;
}

/** sanlock's three documented pairs, and the lab's. */
const PROFILES: readonly Partial<Profile>[] = [
  { bootS: 6 },
  { bootS: 6 },
  { bootS: 6 },
  { ioTimeoutS: 2, watchdogS: 10, bootS: 6 },
  { ioTimeoutS: 2, watchdogS: 10, bootS: 6 },
  { ioTimeoutS: 5, watchdogS: 30, bootS: 30 },
  { ioTimeoutS: DEFAULT_PROFILE.ioTimeoutS, bootS: 30 },
];

/** Small clusters are the usual ones. */
const SIZES = [2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 6, 8] as const;

const START_FAULTS = ['no such image', 'out of memory', 'unsupported CPU model'] as const;

interface Draw {
  readonly random: Random;
  readonly hosts: number;
  readonly profile: Profile;
}

/** Faults of one kind, with what ends them: a drawn fault is over by itself in most cases. */
type Maker = (draw: Draw) => readonly { readonly inS: number; readonly fault: Fault }[];

function someHost({ random, hosts }: Draw): number {
  return random.integer(1, hosts);
}

function oneOrAll(draw: Draw): number | 'all' {
  return draw.random.chance(0.25) ? 'all' : someHost(draw);
}

/** Around the thresholds of sanlock and the daemon. */
function span({ random, profile }: Draw): number {
  const failsS = failS(profile);
  return random.chance(0.4)
    ? random.between(0.5, failsS)
    : random.chance(0.6)
      ? random.between(failsS, failsS + profile.watchdogS + 20)
      : random.between(0.5, 30);
}

function once(kind: FaultKind): Maker {
  return () => [{ inS: 0, fault: { kind } }];
}

function onHost(kind: FaultKind): Maker {
  return (draw) => [{ inS: 0, fault: { kind, host: someHost(draw) } }];
}

/** On one host or all, ended after a span. */
function until(
  kind: FaultKind,
  end: FaultKind,
  more: (draw: Draw) => Partial<Fault> = () => ({}),
): Maker {
  return (draw) => {
    const host = someHost(draw);
    return [
      { inS: 0, fault: { kind, host, ...more(draw) } },
      { inS: span(draw), fault: { kind: end, host } },
    ];
  };
}

function storage(kind: FaultKind, more: (draw: Draw) => Partial<Fault> = () => ({})): Maker {
  return (draw) => {
    const host = oneOrAll(draw);
    return [
      { inS: 0, fault: { kind, host, ...more(draw) } },
      { inS: span(draw), fault: { kind: 'storage-heal', host } },
    ];
  };
}

function forAll(kind: FaultKind, end: FaultKind): Maker {
  return (draw) => [
    { inS: 0, fault: { kind } },
    { inS: span(draw), fault: { kind: end } },
  ];
}

/** Left out: a watchdog that does not work breaks the lease's promise, and S1 with it. */
const MENU: Readonly<Partial<Record<FaultKind, Maker>>> = {
  'power-off': until('power-off', 'power-on'),
  reboot: (draw) => [
    {
      inS: 0,
      fault: { kind: 'reboot', host: someHost(draw), seconds: draw.random.between(2, 90) },
    },
  ],
  'kill-daemon': onHost('kill-daemon'),
  'freeze-daemon': (draw) => [
    { inS: 0, fault: { kind: 'freeze-daemon', host: someHost(draw), seconds: span(draw) } },
  ],
  'stop-daemon': until('stop-daemon', 'start-daemon'),
  'hostd-down': until('hostd-down', 'hostd-up'),
  'hostd-hang': until('hostd-hang', 'hostd-up'),
  'libvirt-hang': until('libvirt-hang', 'libvirt-heal'),
  'cut-network': until('cut-network', 'heal-network'),
  'one-way-network': until('one-way-network', 'heal-network'),
  'cut-gateway': forAll('cut-gateway', 'heal-gateway'),
  'storage-hang': storage('storage-hang'),
  'storage-break': storage('storage-break'),
  'storage-read-only': storage('storage-read-only'),
  'storage-latency': storage('storage-latency', ({ random, profile }) => ({
    seconds: random.between(0.1, 1.5) * profile.ioTimeoutS,
  })),
  'disk-full': forAll('disk-full', 'disk-free'),
  'slot-corrupt': onHost('slot-corrupt'),
  'slot-zero': onHost('slot-zero'),
  'slot-too-new': onHost('slot-too-new'),
  'slot-torn': onHost('slot-torn'),
  'slot-foreign': onHost('slot-foreign'),
  'clock-jump': (draw) => [
    {
      inS: 0,
      fault: { kind: 'clock-jump', host: someHost(draw), seconds: draw.random.between(-1e5, 1e5) },
    },
  ],
  'clock-drift': (draw) => [
    {
      inS: 0,
      fault: { kind: 'clock-drift', host: someHost(draw), number: draw.random.integer(-200, 200) },
    },
  ],
  'kill-vm': once('kill-vm'),
  'guest-shutdown': once('guest-shutdown'),
  'guest-hang': once('guest-hang'),
  'guest-pause-io': once('guest-pause-io'),
  'guest-agent-down': once('guest-agent-down'),
  'engine-stop': once('engine-stop'),
  'engine-break': forAll('engine-break', 'engine-mend'),
  'engine-flap': ({ random }) => [
    {
      inS: 0,
      fault: { kind: 'engine-flap', seconds: random.between(1, 40), number: random.integer(1, 6) },
    },
  ],
  'start-fails': (draw) => {
    const host = oneOrAll(draw);
    return [
      { inS: 0, fault: { kind: 'start-fails', host, text: draw.random.pick(START_FAULTS) } },
      { inS: span(draw), fault: { kind: 'start-works', host } },
    ];
  },
  'migration-fails': forAll('migration-fails', 'migration-works'),
  'migration-hangs': forAll('migration-hangs', 'migration-works'),
  'qemu-stuck': until('qemu-stuck', 'qemu-unstuck'),
  memory: (draw) => [
    {
      inS: 0,
      fault: {
        kind: 'memory',
        host: someHost(draw),
        number: draw.random.pick([100, 3000, 16_000]),
      },
    },
  ],
  cpu: (draw) => [
    { inS: 0, fault: { kind: 'cpu', host: someHost(draw), number: draw.random.between(0, 1) } },
  ],
  'bridge-down': until('bridge-down', 'bridge-up'),
  'maintenance-global': forAll('maintenance-global', 'maintenance-none'),
  'maintenance-local': until('maintenance-local', 'maintenance-end'),
  'maintenance-local-force': until('maintenance-local-force', 'maintenance-end'),
  'vm-start': onHost('vm-start'),
  'vm-shutdown': once('vm-shutdown'),
  'vm-poweroff': once('vm-poweroff'),
  'migrate-by-hand': onHost('migrate-by-hand'),
  'sanlock-kill': onHost('sanlock-kill'),
  'host-id-twice': onHost('host-id-twice'),
  upgrade: (draw) => [
    {
      inS: 0,
      fault: { kind: 'upgrade', host: someHost(draw), text: draw.random.pick(SLOT_VERSIONS) },
    },
  ],
  'config-stale': until('config-stale', 'config-fresh'),
};

export const MENU_KINDS = Object.keys(MENU) as readonly FaultKind[];

/** The same seed draws the same plan. `hosts` overrides the drawn size. */
export function planOf(seed: number, hosts?: number): Plan {
  const random = new Random(seed, 'plan');
  const size = hosts ?? random.pick(SIZES);
  const profile = random.pick(PROFILES);
  const draw: Draw = { random, hosts: size, profile: { ...LAB_PROFILE, ...profile } };
  // Swarm testing: each seed has a part of the menu only, so that rare faults meet each other.
  const share = random.pick([0.08, 0.15, 0.3]);
  const enabled = MENU_KINDS.filter(() => random.chance(share));
  const kinds = enabled.length === 0 ? [random.pick(MENU_KINDS)] : enabled;
  const settledS = 12 + 3 * draw.profile.ioTimeoutS + draw.profile.bootS;
  const firstS = random.chance(0.15) ? random.between(0, settledS) : settledS;
  const lengthS = random.between(5, 75);
  const count = random.integer(1, 8);
  const faults: PlannedFault[] = [];
  for (let index = 0; index < count; index += 1) {
    const make = MENU[random.pick(kinds)];
    const atS = firstS + random.between(0, lengthS);
    for (const { inS, fault } of make?.(draw) ?? []) {
      const isEnd = inS > 0;
      // Some faults last until everything is healed.
      if (isEnd && random.chance(0.3)) continue;
      if (inS < 2 * lengthS) faults.push({ atS: tenths(atS + inS), fault: rounded(fault) });
    }
  }
  faults.sort((a, b) => a.atS - b.atS);
  const lastS = faults.at(-1)?.atS ?? firstS;
  return { seed, hosts: size, profile, faults, healAtS: tenths(lastS + random.between(1, 25)) };
}

/** As it comes back from its line of text. */
function rounded(fault: Fault): Fault {
  const { seconds, number } = fault;
  return {
    ...fault,
    ...(seconds === undefined ? {} : { seconds: tenths(seconds) }),
    ...(number === undefined ? {} : { number: Math.round(number * 100) / 100 }),
  };
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
