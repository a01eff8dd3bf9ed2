// Which states stand together in the picture, and where: placed by hand, so that it stays where it is when a
// change of state is added. An arrow that all states of a frame have in common is drawn once, from the frame.

import type { StateName, Transition } from '@hosted-engine/core';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Frame extends Box {
  readonly id: string;
  readonly title: string;
  readonly members: readonly StateName[];
  readonly colour: string;
}

const WIDTH = 206;
const HEIGHT = 40;

function at(x: number, y: number): Box {
  return { x, y, width: WIDTH, height: HEIGHT };
}

export const PLACES: Readonly<Record<StateName, Box>> = {
  StartState: at(60, 90),
  ReinitializeFSM: at(480, 90),
  UnknownLocalVmState: at(900, 90),
  EngineMaybeAway: at(80, 290),
  EngineUnexpectedlyDown: at(80, 420),
  EngineDown: at(80, 550),
  EngineMigratingAway: at(480, 290),
  EngineStarting: at(480, 420),
  EngineStart: at(480, 550),
  EngineUp: at(900, 290),
  EngineUpBadHealth: at(900, 500),
  EngineForceStop: at(480, 710),
  EngineStop: at(900, 710),
  LocalMaintenanceMigrateVm: at(1250, 290),
  LocalMaintenance: at(1250, 500),
  GlobalMaintenance: at(480, 830),
  AgentStopped: at(900, 830),
};

const FINDING_OUT = ['ReinitializeFSM', 'UnknownLocalVmState'] as const;
const NO_VM_HERE = ['EngineMaybeAway', 'EngineUnexpectedlyDown', 'EngineDown'] as const;
const VM_HERE = [
  'EngineMigratingAway',
  'EngineStarting',
  'EngineStart',
  'EngineUp',
  'EngineUpBadHealth',
] as const;
const STOPPING = ['EngineForceStop', 'EngineStop'] as const;
const AT_WORK = ['StartState', ...FINDING_OUT, ...NO_VM_HERE, ...VM_HERE] as const;

/** From the outermost to the innermost: that is the order in which they are drawn. */
export const FRAMES: readonly Frame[] = [
  {
    id: 'any',
    title: 'any state',
    members: [...AT_WORK, ...STOPPING, 'LocalMaintenanceMigrateVm', 'LocalMaintenance'],
    ...{ x: 20, y: 20, width: 1480, height: 760, colour: '#6b7280' },
  },
  {
    id: 'working',
    title: 'neither stopping nor in maintenance',
    members: AT_WORK,
    ...{ x: 40, y: 48, width: 1130, height: 586, colour: '#7c3aed' },
  },
  {
    id: 'finding-out',
    title: 'finding out',
    members: FINDING_OUT,
    ...{ x: 450, y: 66, width: 686, height: 84, colour: '#0f766e' },
  },
  {
    id: 'no-vm-here',
    title: 'no engine VM here',
    members: NO_VM_HERE,
    ...{ x: 60, y: 264, width: 246, height: 346, colour: '#b45309' },
  },
  {
    id: 'vm-here',
    title: 'the engine VM here',
    members: VM_HERE,
    ...{ x: 450, y: 264, width: 686, height: 346, colour: '#1d4ed8' },
  },
];

/** Arrows of one state have one colour, so that an eye can follow them. */
const COLOURS: Partial<Readonly<Record<StateName, string>>> = {
  EngineMaybeAway: '#b45309',
  EngineUnexpectedlyDown: '#b45309',
  EngineMigratingAway: '#0891b2',
  EngineStarting: '#15803d',
  EngineStart: '#1d4ed8',
  EngineUp: '#be185d',
  EngineUpBadHealth: '#b91c1c',
};

/** An arrow of the picture; `from` is a state or the id of a frame. */
export interface Arrow {
  readonly from: string;
  readonly to: StateName;
  readonly meaning: string;
  readonly colour: string;
}

/** Bundles what all states of a frame have in common, the widest frame first. */
export function arrowsOf(transitions: readonly Transition[]): readonly Arrow[] {
  const arrows: Arrow[] = [];
  let left = transitions;
  for (const frame of FRAMES) {
    for (const to of Object.keys(PLACES) as StateName[]) {
      const sources = frame.members.filter((member) => member !== to);
      const bundle = left.filter((one) => one.to === to && sources.includes(one.from));
      const isInside = sources.length < frame.members.length;
      if (isInside || bundle.length < sources.length) continue;
      const meanings = [...new Set(bundle.map(({ meaning }) => meaning))];
      arrows.push({ from: frame.id, to, meaning: meanings.join('; or '), colour: frame.colour });
      left = left.filter((one) => !bundle.includes(one));
    }
  }
  for (const { from, to, meaning } of left) {
    arrows.push({ from, to, meaning, colour: COLOURS[from] ?? '#374151' });
  }
  return arrows;
}

export function boxOf(id: string): Box {
  const box = FRAMES.find((frame) => frame.id === id) ?? PLACES[id as StateName];
  return box;
}
