// Rules P1 and P2 of src/vm/lost-pause.ts.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXIT_REASON } from '@hosted-engine/vdsm';
import { NEW, newWorld, openTable, VM, type World, XML } from './table-world.js';

const LEASE = '<lease><lockspace>sd</lockspace><key>vol</key></lease>';
const LEASED = XML.replace('</domain>', `<memory>1</memory><devices>${LEASE}</devices></domain>`);

async function running(xml = LEASED) {
  const world = newWorld();
  const table = await openTable(world);
  table.create({ ...NEW, xml });
  await world.clock.advance(0);
  return { ...world, table };
}

function pause({ driver }: World, reason: 'io-error' | 'user'): void {
  driver.pause(VM, reason);
}

describe('P1: a guest that is paused while its host loses its id', () => {
  it('is ended, and says why', async () => {
    const world = await running();
    pause(world, 'io-error');
    await world.clock.advance(60_000);
    assert.deepEqual([world.table.get(VM).status, world.driver.commands], ['Paused', []]);
    world.lostHostIds.add('sd');
    await world.clock.advance(2000);
    const { status, exit } = world.table.get(VM);
    assert.deepEqual([status, world.driver.commands], ['Down', ['destroy']]);
    assert.deepEqual([exit?.code, exit?.reason], [1, EXIT_REASON.destroyedOnPauseTimeout]);
    assert.match(exit?.message ?? '', /I\/O error.*lease/);
  });

  it('is tried again when it could not be ended', async () => {
    const world = await running();
    pause(world, 'io-error');
    world.driver.setUp(false);
    world.lostHostIds.add('sd');
    await world.clock.advance(10_000);
    assert.deepEqual([world.table.get(VM).status, world.table.get(VM).intent], ['Paused', 'none']);
    world.driver.setUp(true);
    await world.clock.advance(2000);
    assert.equal(world.table.get(VM).exit?.reason, EXIT_REASON.destroyedOnPauseTimeout);
  });

  it('goes on being paused when somebody else paused it, or its leases lie elsewhere', async () => {
    const byHand = await running();
    pause(byHand, 'user');
    byHand.lostHostIds.add('sd');
    const elsewhere = await running();
    pause(elsewhere, 'io-error');
    elsewhere.lostHostIds.add('other');
    const without = await running(XML.replace('</domain>', '<memory>1</memory></domain>'));
    pause(without, 'io-error');
    without.lostHostIds.add('sd');
    for (const world of [byHand, elsewhere, without]) {
      await world.clock.advance(60_000);
      assert.deepEqual([world.table.get(VM).status, world.driver.commands], ['Paused', []]);
    }
  });

  it('is left alone once it runs again, whatever became of the id', async () => {
    const world = await running();
    pause(world, 'io-error');
    await world.driver.command(VM, { kind: 'resume' });
    world.lostHostIds.add('sd');
    await world.clock.advance(60_000);
    assert.deepEqual([world.table.get(VM).status, world.driver.commands], ['Up', ['resume']]);
  });
});
