import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HeError, type Notice } from '@hosted-engine/ports';
import { NOTICE } from '@hosted-engine/ports/contract/notification-channel.contract';
import { ManualClock } from '@hosted-engine/ports/fakes/manual-clock';
import { createOutbox, type OutboxOptions } from '../../src/notify/outbox.js';

type Answer = 'sent' | 'fail' | 'refuse' | 'hang';

function setUp(options: Partial<OutboxOptions> = {}) {
  const clock = new ManualClock();
  const lines: string[] = [];
  const sent: string[] = [];
  const attempts: number[] = [];
  const state: { answer: Answer; isHung: boolean } = { answer: 'sent', isHung: false };
  const add = (level: string) => (text: string) => void lines.push(`${level} ${text}`);
  const startS = clock.monotonicS();
  const outbox = createOutbox({
    channel: {
      name: 'mail',
      async send(notice, signal) {
        attempts.push(clock.monotonicS() - startS);
        if (state.answer === 'fail') throw new HeError('HE_NOTIFICATION_FAILED', 'it is down');
        if (state.answer === 'refuse') throw new HeError('HE_NOTIFICATION_REFUSED', 'no');
        if (state.answer === 'hang') {
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          throw new HeError('HE_NOTIFICATION_FAILED', 'given up');
        }
        sent.push(notice.detail);
        return 'sent';
      },
    },
    clock,
    log: { error: add('error'), warn: add('warn'), info: add('info'), debug: () => undefined },
    ...options,
  });
  const notice = (detail: string): Notice => ({ ...NOTICE, detail });
  return { clock, lines, sent, attempts, state, outbox, notice };
}

describe('the queue of notifications', () => {
  test('sends in order, at once', async () => {
    const { clock, sent, outbox, notice, lines } = setUp();
    for (const detail of ['a', 'b', 'c']) outbox.add(notice(detail));
    await clock.advance(0);
    assert.deepEqual(sent, ['a', 'b', 'c']);
    assert.deepEqual(lines, []);
  });

  test('tries again with pauses that double up to a bound; one line at failure, one at recovery', async () => {
    const { clock, sent, attempts, state, outbox, notice, lines } = setUp();
    state.answer = 'fail';
    outbox.add(notice('a'));
    outbox.add(notice('b'));
    await clock.advance(1_400_000);
    assert.deepEqual(attempts, [0, 5, 15, 35, 75, 155, 315, 615, 915, 1215]);
    assert.deepEqual(lines, ['warn mail: notifications cannot be sent, trying again: it is down']);
    state.answer = 'sent';
    await clock.advance(300_000);
    assert.deepEqual(sent, ['a', 'b']);
    assert.deepEqual(lines.slice(1), ['info mail: notifications can be sent again']);
  });

  test('is bounded: the oldest are left out, and counted at recovery', async () => {
    const { clock, sent, state, outbox, notice, lines } = setUp({ sizeMax: 3 });
    state.answer = 'fail';
    for (let index = 0; index < 50; index += 1) outbox.add(notice(`${index}`));
    await clock.advance(1000);
    state.answer = 'sent';
    await clock.advance(10_000);
    assert.deepEqual(sent, ['47', '48', '49']);
    assert.match(lines[1] ?? '', /47 notifications were left out/);
  });

  test('one that is refused for good holds nobody up', async () => {
    const { clock, sent, state, outbox, notice } = setUp();
    state.answer = 'refuse';
    outbox.add(notice('a'));
    await clock.advance(0);
    state.answer = 'sent';
    outbox.add(notice('b'));
    await clock.advance(0);
    assert.deepEqual(sent, ['b']);
  });

  test('an attempt that hangs is ended', async () => {
    const { clock, sent, state, outbox, notice, lines } = setUp();
    state.answer = 'hang';
    outbox.add(notice('a'));
    await clock.advance(60_000);
    assert.equal(lines.length, 1, lines.join('\n'));
    state.answer = 'sent';
    await clock.advance(10_000);
    assert.deepEqual(sent, ['a']);
  });

  test('news of yesterday is left out', async () => {
    const { clock, sent, state, outbox, notice } = setUp({ ageMaxS: 3600 });
    state.answer = 'fail';
    outbox.add(notice('old'));
    await clock.advance(4_000_000);
    state.answer = 'sent';
    outbox.add(notice('new'));
    await clock.advance(600_000);
    assert.deepEqual(sent, ['new']);
  });

  test('closing waits for a channel that works, and for no other', async () => {
    const working = setUp();
    working.outbox.add(working.notice('last'));
    await working.outbox.close(3);
    assert.deepEqual(working.sent, ['last']);

    const failing = setUp();
    failing.state.answer = 'fail';
    failing.outbox.add(failing.notice('last'));
    await failing.clock.advance(0);
    await failing.outbox.close(3);

    const hanging = setUp();
    hanging.state.answer = 'hang';
    hanging.outbox.add(hanging.notice('last'));
    const closing = hanging.outbox.close(3);
    await hanging.clock.advance(3000);
    await closing;
  });
});
