// The same kind of change, noticed by what named scenarios expect: whole daemons, not only decisions.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type * as PlayModule from '../../src/scenario/play.js';
import { createMutant, type Mutant, type Mutation, ROOT } from './mutant.js';

interface Case extends Mutation {
  readonly scenario: string;
  readonly noticed: RegExp;
}

const CASES: readonly Case[] = [
  {
    name: 'a lost race for the lease counts as a failed start',
    file: 'core/fsm/state-starting',
    text: "vm.cause === 'lease-held' || vm.cause === 'migrated-away'",
    becomes: "vm.cause === 'migrated-away'",
    scenario: 'defect-05-lost-race',
    noticed: /not 'score 2 3400': host 2 has 3350 points/,
  },
  {
    name: 'an unknown VM is read as absent',
    file: 'core/fsm/step',
    text: 'return withUnknownVm(context, seen.vm.why);',
    becomes: "return byState(context, { kind: 'absent' });",
    scenario: 'hostd-hangs',
    noticed: /host 1 is in EngineUnexpectedlyDown/,
  },
  {
    name: 'a start without a look at the lease',
    file: 'core/fsm/turn',
    text: "if (lease.kind === 'free' || lease.byHostId === hostId)",
    becomes: 'if (lease !== undefined)',
    scenario: 'ha-daemon-frozen',
    noticed: /not 'nothing happens': requests on host 2/,
  },
  {
    name: 'a migration that failed is asked for again and again',
    file: 'core/fsm/state-moving',
    text: 'if (machine.memory.leaving)',
    becomes: 'if (false)',
    scenario: 'migration-fails-stop-and-start',
    noticed: /not 'engine on 2': it runs on host 1/,
  },
  {
    name: 'no hysteresis: a better host gets the VM at once',
    scenario: 'all-lose-gateway',
    file: 'core/fsm/move',
    text: 'better === undefined || seen.nowS - better.sinceS < timing.betterHoldS',
    becomes: 'false',
    noticed: /not 'nothing happens'/,
  },
  {
    name: 'a paused guest is kept, whoever else runs the engine',
    scenario: 'paused-guest-lease-taken',
    file: 'core/fsm/state-up',
    text: '!isPaused(slot.engine)',
    becomes: 'false',
    noticed: /not 'engine not paused'/,
  },
];

/** What the scenario expects and the checkers watch; its golden log would differ as well. */
async function failures(mutant: Mutant, scenario: string): Promise<string> {
  const { play } = await mutant.load<typeof PlayModule>('sim/scenario/play');
  const played = await play(join(ROOT, 'scenarios', scenario), { isRecording: false });
  return played.failures.filter((text) => !text.includes('log.expect')).join('\n');
}

for (const one of CASES) {
  test(one.name, async () => {
    using mutant = createMutant(one);
    assert.match(await failures(mutant, one.scenario), one.noticed);
  });
}

test('the control: the same copy without a change fails none of these scenarios', async () => {
  using mutant = createMutant(undefined);
  for (const { scenario } of CASES) assert.equal(await failures(mutant, scenario), '');
});
