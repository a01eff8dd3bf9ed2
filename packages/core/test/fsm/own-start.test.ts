import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OwnStart } from '../../src/fsm/machine.js';
import { ownStartNow } from '../../src/fsm/own-start.js';
import { known, unknown, type VmView } from '../../src/index.js';
import { running } from './rows.js';
import { NOW_S } from './situations.js';

const TIMING = { maybeAwayS: 40 };
const ASKED: OwnStart = { askedS: NOW_S - 10, hasShown: false };
const LATE: OwnStart = { askedS: NOW_S - 40, hasShown: false };
const SHOWN: OwnStart = { askedS: NOW_S - 100, hasShown: true };
const absent = known<VmView>({ kind: 'absent' });
const waiting = known<VmView>({ kind: 'waiting' });
const down = known<VmView>({ kind: 'down', cause: 'shut-down', detail: 'destroyed' });
const incoming = known<VmView>({ kind: 'incoming' });

const ROWS = [
  ['none stays none, whatever waits here', undefined, waiting, undefined],
  ['asked for and not seen yet', ASKED, absent, ASKED],
  ['asked for and never seen', LATE, absent, undefined],
  ['waits for the lease', LATE, waiting, { ...LATE, hasShown: true }],
  ['still waits for it', SHOWN, waiting, SHOWN],
  ['was seen and is gone', SHOWN, absent, undefined],
  ['cannot be seen: its time stands still', LATE, unknown('silent'), { ...LATE, askedS: NOW_S }],
  ['was seen and cannot be seen now', SHOWN, unknown('silent'), { ...SHOWN, askedS: NOW_S }],
  ['the guest runs', SHOWN, running(), undefined],
  ['ended', SHOWN, down, undefined],
  ['a guest comes from elsewhere', ASKED, incoming, undefined],
] as const;

describe('ownStartNow(): is the start that waits here ours?', () => {
  for (const [what, start, vm, expected] of ROWS) {
    it(what, () => assert.deepEqual(ownStartNow(start, { vm, nowS: NOW_S }, TIMING), expected));
  }
});
