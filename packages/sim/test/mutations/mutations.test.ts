// Breaking the code on purpose is noticed each time: by the exploration of the core, or by the checkers of the
// simulated world. The unchanged copy is the control: nothing is noticed there.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type * as ExploreModule from '../../src/explore/explore.js';
import type * as SimModule from '../../src/index.js';
import { createMutant, type Mutant, type Mutation } from './mutant.js';

interface Case extends Mutation {
  readonly noticed: RegExp;
  /** Where it shows, if it takes more than the usual few rounds. */
  readonly bounds?: Bounds;
}

interface Bounds {
  readonly depth: number;
  readonly budget: { readonly faults: number; readonly delays: number };
}

/** Enough for most mutations, and little enough for the control. */
const SHORT: Bounds = { depth: 4, budget: { faults: 2, delays: 1 } };
const LONG: Bounds = { depth: 11, budget: { faults: 1, delays: 0 } };

const IN_EXPLORATION: readonly Case[] = [
  {
    name: 'a lost race for the lease counts as a failed start',
    file: 'core/fsm/state-starting',
    text: "vm.cause === 'lease-held' || vm.cause === 'migrated-away'",
    becomes: "vm.cause === 'migrated-away'",
    noticed: /a lost race was counted as a failed start/,
  },
  {
    name: 'an unknown VM is read as absent',
    file: 'core/fsm/step',
    text: 'return withUnknownVm(context, seen.vm.why);',
    becomes: "return byState(context, { kind: 'absent' });",
    noticed: /on an unknown VM/,
  },
  {
    name: 'a start without a look at the lease',
    file: 'core/fsm/turn',
    text: "if (lease.kind === 'free' || lease.byHostId === hostId)",
    becomes: 'if (lease !== undefined)',
    noticed: /a start against a lease whose owner is live/,
  },
  {
    name: 'a hypervisor that starts the guest without the lease',
    file: 'sim/explore/physics',
    text: 'lease === undefined || lease.hostId === host.id',
    becomes: 'true',
    noticed: /two engine VMs/,
  },
  {
    name: 'sanlock lets a guest live whose lease cannot be renewed',
    bounds: LONG,
    file: 'sim/explore/physics',
    text: "const ends = (vm.kind === 'running' && !isLeft) || vm.kind === 'incoming';",
    becomes: 'const ends = false;',
    noticed: /two engine VMs/,
  },
  {
    name: 'no hysteresis: a better host gets the VM at once',
    file: 'core/fsm/move',
    text: 'better === undefined || seen.nowS - better.sinceS < timing.betterHoldS',
    becomes: 'false',
    noticed: /not better for long enough/,
  },
  {
    name: 'no dwelling: a VM that just came is moved again',
    file: 'core/fsm/move',
    text: 'arrivedS !== undefined && seen.nowS - arrivedS < timing.dwellS',
    becomes: 'false',
    noticed: /came a moment ago/,
    bounds: LONG,
  },
  {
    name: 'global maintenance is not looked at',
    file: 'core/fsm/step',
    text: "seen.globalMaintenance.kind === 'known' && seen.globalMaintenance.value",
    becomes: 'false',
    noticed: /in global maintenance/,
  },
  {
    name: 'unknown global maintenance is read as off',
    file: 'core/fsm/step',
    text: 'if (acts.length === 0)',
    becomes: 'if (acts.length >= 0)',
    noticed: /while global maintenance is unknown/,
  },
  {
    name: 'local maintenance is not looked at',
    file: 'core/fsm/step',
    text: 'seen.localMaintenance || isInLocalMaintenance(machine)',
    becomes: 'false',
    noticed: /in local maintenance/,
  },
  {
    name: 'a lease in the own name is an obstacle',
    file: 'core/fsm/turn',
    text: ' || lease.byHostId === hostId)',
    becomes: ')',
    noticed: /no healthy engine/,
  },
];

async function explored(mutant: Mutant, bounds: Bounds): Promise<string | undefined> {
  const { explore } = await mutant.load<typeof ExploreModule>('sim/explore/explore');
  return explore({ hosts: 2, ...bounds, statesMax: 200_000 }).violation?.rule;
}

describe('mutations that the exploration notices', () => {
  for (const one of IN_EXPLORATION) {
    test(one.name, async () => {
      using mutant = createMutant(one);
      const rule = await explored(mutant, one.bounds ?? SHORT);
      assert.match(rule ?? 'nothing was noticed', one.noticed);
    });
  }
});

const IN_WORLD: readonly Case[] = [
  {
    name: 'sanlock grants a lease that is held',
    file: 'sim/world/sanlock',
    text: 'owner === undefined || owner.hostId === hostId',
    becomes: 'true',
    noticed: /S1: .*at once/,
  },
  {
    name: 'global maintenance is not looked at',
    file: 'core/fsm/step',
    text: "seen.globalMaintenance.kind === 'known' && seen.globalMaintenance.value",
    becomes: 'false',
    noticed: /S4: /,
  },
  {
    name: 'sanlock lets a guest live whose lease cannot be renewed',
    file: 'sim/world/hypervisor',
    text: "this.end('crashed', 'killed by sanlock: the lease could not be renewed');",
    becomes: '',
    noticed: /S1: /,
  },
];

/** What goes wrong, and for how many seconds, in a cluster of three that runs its engine. */
const STORY: readonly (readonly [fault: string, seconds: number])[] = [
  ['storage-hang RUNNER', 100],
  ['storage-heal all', 60],
  ['maintenance global', 30],
  ['kill-vm', 30],
  ['maintenance none', 60],
  ['vm-start OTHER', 20],
  ['power-off RUNNER', 120],
];

interface Played {
  readonly violations: readonly string[];
  readonly log: string;
}

async function played(mutant: Mutant): Promise<Played> {
  const { parseFault, World } = await mutant.load<typeof SimModule>('sim/index');
  const world = new World({ hosts: 3, seed: 5 });
  await world.advance(60);
  let runner = 1;
  for (const [fault, seconds] of STORY) {
    [runner = runner] = world.snapshot().engine.runsOn;
    const other = (runner % 3) + 1;
    const line = fault.replace('RUNNER', String(runner)).replace('OTHER', String(other));
    world.apply(parseFault(line));
    await world.advance(seconds);
  }
  return {
    violations: world.violations.map(({ rule, what }) => `${rule}: ${what}`),
    log: world.log.map(({ atS, host, text }) => `${atS.toFixed(1)} ${host} ${text}\n`).join(''),
  };
}

describe('mutations that the checkers of the simulated world notice', () => {
  for (const one of IN_WORLD) {
    test(one.name, async () => {
      using mutant = createMutant(one);
      const { violations, log } = await played(mutant);
      assert.match(violations.join('\n'), one.noticed, log);
    });
  }
});

describe('the control', () => {
  test('the same copy without a change: nothing is noticed', async () => {
    using mutant = createMutant(undefined);
    assert.equal(await explored(mutant, SHORT), undefined);
    assert.equal(await explored(mutant, LONG), undefined);
    assert.deepEqual((await played(mutant)).violations, []);
  });

  test('a text that is not in the code any more is an error', () => {
    const gone = { name: 'gone', file: 'core/fsm/step', text: 'no such text', becomes: '' };
    assert.throws(() => createMutant(gone), /'no such text' is 0 times in step.js/);
  });
});
