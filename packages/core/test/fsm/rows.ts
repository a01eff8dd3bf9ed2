import assert from 'node:assert/strict';
import { test } from 'node:test';
import { known, type Machine, type Observation, step } from '../../src/index.js';
import { CONFIG, peer, seeing } from './situations.js';

/** A rule: from this machine, seeing what differs from QUIET, it goes there and does that. */
export type Row = readonly [
  rule: string,
  from: Machine,
  seen: Partial<Observation>,
  to: string,
  effects: readonly string[],
];

export const running = (status = 'Up') => known({ kind: 'running', status } as const);
export const down = (
  cause: 'crashed' | 'shut-down' | 'lease-held' | 'start-failed' | 'migrated-away',
) => known({ kind: 'down', cause, detail: cause } as const);
export const heldBy = (byHostId: number, owner: 'live' | 'failing' | 'gone' | 'unknown') =>
  known({ kind: 'held', byHostId, owner, grantableInS: undefined } as const);
export const up = { vm: 'up', health: 'good', detail: 'Up' } as const;
export const parked = { vm: 'up', health: 'bad', detail: 'WaitForLaunch' } as const;
export const dead = peer(2, { engine: up, freshness: 'stale', silentS: 8 });

/** One test a row; each decision must also give its reason (I9). */
export function checkRows(rows: readonly Row[]): void {
  for (const [rule, from, seen, to, effects] of rows) {
    test(rule, () => {
      const result = step(from, seeing(seen), CONFIG);
      assert.equal(result.next.name, to, result.reason);
      assert.deepEqual(
        result.effects.map((effect) => effect.kind),
        effects,
      );
      assert.notEqual(result.reason, '');
    });
  }
}
