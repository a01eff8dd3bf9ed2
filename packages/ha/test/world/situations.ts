import assert from 'node:assert/strict';
import { decodeHostSlot, encodeGlobalSlot } from '@hosted-engine/core';
import { BOOT_S, World } from './world.js';

/** A cluster that has settled, with the engine up and healthy somewhere. */
export async function settled(count: number): Promise<World> {
  const world = new World(count);
  for (const host of world.hosts) host.startDaemon();
  await world.pass(30 + BOOT_S);
  assert.equal(world.running().length, 1, world.hosts.flatMap((host) => host.log).join('\n'));
  return world;
}

export function logOf(world: World): string {
  return world.hosts
    .flatMap((host) => host.log)
    .sort()
    .join('\n');
}

/** Passes time second by second until `condition`, and says how long it took. */
export async function until(
  world: World,
  boundS: number,
  condition: () => boolean,
): Promise<number> {
  for (let second = 0; second <= boundS; second += 1) {
    assert.ok(world.running().length <= 1, `two engines\n${logOf(world)}`);
    if (condition()) return second;
    await world.pass(1);
  }
  assert.fail(`not within ${boundS} s\n${logOf(world)}`);
}

export function scoreOf(world: World, id: number): number {
  const verdict = decodeHostSlot(id, world.slots.get(id) ?? new Uint8Array(4096));
  assert.equal(verdict.kind, 'host');
  return verdict.kind === 'host' ? verdict.record.score : -1;
}

export function setGlobal(world: World, on: boolean): void {
  world.slots.set(0, encodeGlobalSlot({ maintenance: on }));
}
