import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hypervisor, Log } from '@hosted-engine/ports';
import { ManualClock } from '@hosted-engine/ports/fakes/manual-clock';
import { createExecutor } from '../src/execute.js';

const QUIET: Log = { error() {}, warn() {}, info() {}, debug() {} };

/** An executor whose starts end only when told. */
function setUp() {
  const clock = new ManualClock();
  const starts: { refuse(why: string): void }[] = [];
  const hypervisor = {
    startVm: () =>
      new Promise<void>((_, reject) => {
        starts.push({ refuse: (why) => reject(new Error(why)) });
      }),
  } as unknown as Hypervisor;
  const executor = createExecutor({
    hypervisor,
    engineService: { restart: () => Promise.resolve() },
    vmConf: () => Promise.resolve(''),
    clock,
    log: QUIET,
    onDone: () => undefined,
  });
  return { clock, starts, executor };
}

test('a refusal bears the moment in which the refused effect was begun', async () => {
  const { clock, starts, executor } = setUp();
  const begunS = clock.monotonicS();
  executor.execute([{ kind: 'start-vm' }]);
  await clock.advance(30_000);
  starts[0]?.refuse('no answer within 30 s');
  await clock.advance(0);
  assert.deepEqual(executor.refusals().start, { atS: begunS, why: 'no answer within 30 s' });
});

test('an effect that is under way is not begun again, and after its end only a second later', async () => {
  const { clock, starts, executor } = setUp();
  executor.execute([{ kind: 'start-vm' }]);
  await clock.advance(5000);
  executor.execute([{ kind: 'start-vm' }]);
  assert.equal(starts.length, 1);
  starts[0]?.refuse('no');
  await clock.advance(500);
  executor.execute([{ kind: 'start-vm' }]);
  assert.equal(starts.length, 1);
  await clock.advance(500);
  executor.execute([{ kind: 'start-vm' }]);
  await clock.advance(0);
  assert.equal(starts.length, 2);
});
