import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type StatusView, statusView } from '@hosted-engine/core';
import { statusOfRawSlots, tableOf } from '@hosted-engine/core/whiteboard';
import { runCli } from '../src/cli.js';
import { type FakeBroker, startFakeBroker } from './fake/broker-server.js';
import { testCli } from './fake/context.js';
import { slotOf } from './fake/slots.js';

describe('the table of --watch', () => {
  const view = (slots: ReadonlyMap<number, Uint8Array>, alive: readonly number[]): StatusView =>
    statusOfRawSlots(slots, new Set(alive));

  test('one line a host, none wider than 80', () => {
    const name = `${'long-'.repeat(20)}name.lab.test`;
    const slots = new Map([
      [1, slotOf(1)],
      [2, slotOf(2, name)],
      [3, new Uint8Array(4096).fill(0xff)],
      [4, slotOf(4, 'esc\u001b[2J')],
    ]);
    const lines = tableOf(view(slots, [1, 4]), 50);
    assert.equal(
      lines[0],
      'Engine VM: on host1.lab.test, esc\u001b[2J. Maintenance: no global one.'.replace(
        '\u001b',
        '?',
      ),
    );
    assert.match(lines[3] ?? '', /^ {3}1 {2}host1\.lab\.test +yes +3400 +EngineUp +Up, good$/);
    assert.match(lines[4] ?? '', /^ {3}2 {2}long-.*~ +no +3400 +\(EngineUp\) +unknown$/);
    assert.match(lines[5] ?? '', /^ {3}3 {2}slot rejected: malformed/);
    for (const line of lines) {
      assert.ok(line.length <= 80, line);
      assert.doesNotMatch(line, /\p{Cc}/u);
    }
  });

  test('as many lines as there are rows', () => {
    const slots = new Map(
      Array.from({ length: 250 }, (_, index) => [index + 1, slotOf(index + 1)]),
    );
    const lines = tableOf(view(slots, []), 24);
    assert.ok(lines.length <= 22, `${lines.length}`);
    assert.match(lines.at(-1) ?? '', /and 2\d\d more hosts/);
  });

  test('nobody reports', () => {
    const empty = statusView({
      global: { kind: 'rejected', reason: 'malformed', detail: '' },
      slots: new Map(),
      liveHostIds: 'unknown',
    });
    assert.equal(
      tableOf(empty, 24)[0],
      'Engine VM: on no host that reports. Maintenance: unknown.',
    );
  });
});

describe('--vm-status --watch', () => {
  let broker: FakeBroker;
  before(async () => {
    broker = await startFakeBroker();
  });
  beforeEach(() => {
    broker.slots.clear();
    broker.slots.set(1, slotOf(1));
    broker.alive.splice(0, Infinity, 1);
    broker.fault = undefined;
  });
  after(() => broker.close());

  /** Ends after `turns` pauses; `between` runs in each. */
  function watched(turns: number, between: (turn: number) => void, withScreen = false) {
    const end = new AbortController();
    const keys: { listener: ((key: string) => void) | undefined; released: boolean } = {
      listener: undefined,
      released: false,
    };
    const cli = testCli({
      brokerSocket: broker.socketPath,
      signal: end.signal,
      ...(withScreen
        ? {
            screen: {
              rows: () => 24,
              onKey: (listener) => {
                keys.listener = listener;
                return () => {
                  keys.released = true;
                };
              },
            },
          }
        : {}),
    });
    let turn = 0;
    const context = {
      ...cli.context,
      clock: {
        ...cli.context.clock,
        sleep: async () => {
          turn += 1;
          between(turn);
          if (turn >= turns) end.abort();
        },
      },
    };
    return { cli, context, keys };
  }

  test('into a pipe: printed once for each change, and nothing drawn', async () => {
    const { cli, context } = watched(6, (turn) => {
      if (turn === 3) broker.slots.set(2, slotOf(2));
    });
    assert.equal(await runCli(['--vm-status', '--watch'], context), 0);
    assert.equal(cli.out().split('Engine VM:').length - 1, 2);
    assert.doesNotMatch(cli.out(), /\p{Cc}(?<!\n)/u);
  });

  test('into a pipe as JSON: one object a line', async () => {
    const { cli, context } = watched(4, (turn) => {
      if (turn === 2) broker.alive.pop();
    });
    assert.equal(await runCli(['--vm-status', '--watch', '--json'], context), 0);
    const lines = cli.out().trimEnd().split('\n');
    assert.equal(lines.length, 2);
    for (const line of lines) JSON.parse(line);
  });

  test('on a terminal: drawn over itself, until q; the keyboard is given back', async () => {
    const { cli, context, keys } = watched(
      100,
      (turn) => {
        if (turn === 3) keys.listener?.('q');
      },
      true,
    );
    assert.equal(await runCli(['--vm-status', '--watch'], context), 0);
    const text = cli.out();
    assert.equal(text.split('Engine VM:').length - 1, 3);
    assert.equal(text.split('\u001b[5A').length - 1, 2, JSON.stringify(text));
    assert.doesNotMatch(text, /1049/);
    assert.ok(keys.released);
  });

  test('CTRL-C as a key ends it too', async () => {
    const { context, keys } = watched(100, () => keys.listener?.('\u0003'), true);
    assert.equal(await runCli(['--vm-status', '--watch'], context), 0);
  });

  test('ends when nobody reads it any more', async () => {
    const cli = testCli({
      brokerSocket: broker.socketPath,
      outputGone: AbortSignal.abort(),
    });
    assert.equal(await runCli(['--vm-status', '--watch'], cli.context), 0);
    assert.equal(cli.out(), '');
  });

  test('a daemon that does not answer is shown, and asked again', async () => {
    const { cli, context } = watched(4, (turn) => {
      broker.fault = turn === 1 ? 'the storage hangs' : undefined;
    });
    assert.equal(await runCli(['--vm-status', '--watch'], context), 0);
    assert.match(cli.out(), /Engine VM.*the storage hangs.*Engine VM/s);
  });
});
