import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeError, type NetworkProbe, type ProcessRunner } from '@hosted-engine/ports';
import { ManualClock } from '@hosted-engine/ports/fakes/manual-clock';
import { createPingProbe } from '../../src/adapters/ping-probe.js';

/** A ping whose lines the test says, and whose ends. */
class ScriptedPing implements ProcessRunner {
  readonly calls: string[] = [];
  /** How each run in turn begins; the last one goes for all that follow. */
  readonly #scripts: readonly ((run: Run) => void)[];

  constructor(scripts: readonly ((run: Run) => void)[]) {
    this.#scripts = scripts;
  }

  run: ProcessRunner['run'] = (command, args, options) => {
    const script = this.#scripts[Math.min(this.calls.length, this.#scripts.length - 1)];
    this.calls.push([command, ...args].join(' '));
    return new Promise((resolve, reject) => {
      let stdout = '';
      script?.({
        say: (text) => {
          stdout += text;
          options?.onOutput?.(text);
        },
        end: (code) => resolve({ code, stdout, stderr: '' }),
        fail: (why) => reject(new HeError('HE_FAILED', why)),
      });
    });
  };
}

interface Run {
  say(text: string): void;
  end(code: number): void;
  fail(why: string): void;
}

const answer = (seq: number) => `64 bytes from 192.0.2.1: icmp_seq=${seq} ttl=64 time=0.4 ms\n`;
const silence = (seq: number) => `no answer yet for icmp_seq=${seq}\n`;
const refusal = (seq: number) => `From 192.0.2.9 icmp_seq=${seq} Destination Host Unreachable\n`;
const summary = (sent: number) => `\n${sent} packets transmitted, 1 received, 0% packet loss\n`;

/** The opening run, with these tries answered; the fifth of them never shows as a line when it is not. */
const opening =
  (...answered: number[]) =>
  ({ say, end }: Run) => {
    for (const seq of [1, 2, 3, 4]) say(answered.includes(seq) ? answer(seq) : silence(seq));
    if (answered.includes(5)) say(answer(5));
    say(summary(5));
    end(0);
  };

interface Stage {
  readonly probe: NetworkProbe;
  readonly ping: ScriptedPing;
  readonly clock: ManualClock;
  /** What the run that is under way says, each line after a second. */
  says(...lines: string[]): Promise<void>;
  readonly runs: Run[];
}

function stage(...scripts: ((run: Run) => void)[]): Stage {
  const clock = new ManualClock();
  const runs: Run[] = [];
  const ping = new ScriptedPing(
    scripts.map((script) => (run: Run) => {
      runs.push(run);
      script(run);
    }),
  );
  const { signal } = new AbortController();
  const options = { processes: ping, clock, timeoutMs: 5000, signal };
  return {
    probe: createPingProbe('192.0.2.1', options),
    ping,
    clock,
    runs,
    async says(...lines) {
      for (const line of lines) {
        await clock.advance(1000);
        runs.at(-1)?.say(line);
      }
    },
  };
}

const goesOn = (): void => undefined;

test('the first share is that of five tries half a second apart; then one process goes on', async () => {
  const { probe, ping, says } = stage(opening(1, 3, 5), goesOn);
  assert.equal(await probe.share(), 0.6);
  assert.deepEqual(ping.calls, [
    'ping -n -O -c 5 -i 0.5 -W 5 -- 192.0.2.1',
    'ping -n -O -c 600 -i 1 -W 5 -- 192.0.2.1',
  ]);
  await says(answer(1), answer(2), answer(3));
  assert.equal(await probe.share(), 0.8);
  assert.equal(ping.calls.length, 2);
});

test('a try counts as missed when its answer did not come in time, and not before', async () => {
  const { probe, clock, says } = stage(opening(1, 2, 3, 4, 5), goesOn);
  await probe.share();
  await says(silence(1), silence(2), silence(3));
  assert.equal(await probe.share(), 1);
  await clock.advance(2000);
  assert.equal(await probe.share(), 0.8);
  await says(silence(4), silence(5), silence(6), silence(7));
  await clock.advance(2000);
  assert.equal(await probe.share(), 0);
});

test('an answer that comes late, but in time, is one', async () => {
  const { probe, clock, says } = stage(opening(1, 2, 3, 4, 5), goesOn);
  await probe.share();
  await says(silence(1), silence(2), answer(1), answer(2), silence(3), answer(3));
  await clock.advance(5000);
  assert.equal(await probe.share(), 1);
});

test("a router's refusal is no answer, and does not take an answer back", async () => {
  const { probe, clock, says } = stage(opening(1, 2, 3, 4, 5), goesOn);
  await probe.share();
  await says(answer(1), refusal(1), refusal(2), silence(2));
  await clock.advance(4000);
  assert.equal(await probe.share(), 0.8);
});

test('a line that comes in two pieces is one', async () => {
  const { probe, says } = stage(opening(), goesOn);
  assert.equal(await probe.share(), 0);
  const [head, tail] = [answer(1).slice(0, 30), answer(1).slice(30)];
  await says(head, tail);
  assert.equal(await probe.share(), 0.2);
});

test('without a route nothing is reached; when it is back, that shows', async () => {
  const noRoute = ({ end }: Run) => end(2);
  const { probe, ping, clock, says } = stage(noRoute, noRoute, noRoute, goesOn);
  assert.equal(await probe.share(), 0);
  await clock.advance(5000);
  assert.equal(await probe.share(), 0);
  await clock.advance(5000);
  assert.equal(await probe.share(), 0);
  assert.equal(ping.calls.length, 4);
  await says(answer(1), answer(2), answer(3), answer(4), answer(5));
  assert.equal(await probe.share(), 1);
});

test('a process at its bound is followed by another, and what it left open was missed', async () => {
  const { probe, ping, clock, runs, says } = stage(opening(1, 2, 3, 4, 5), goesOn);
  await probe.share();
  await says(answer(1), silence(2));
  runs.at(-1)?.say(summary(3));
  runs.at(-1)?.end(1);
  await clock.advance(1000);
  assert.equal(await probe.share(), 0.6);
  assert.equal(ping.calls.length, 3);
  await says(answer(1));
  assert.equal(await probe.share(), 0.6);
});

test('that it cannot be run says nothing about the network', async () => {
  const { probe } = stage(({ fail }) => fail('cannot run ping: ENOENT'));
  await assert.rejects(probe.share(), /cannot run ping/);
});

test('what it said is believed for as long as two tries wait; then nothing is known', async () => {
  const { probe, clock, runs } = stage(opening(1, 2, 3, 4, 5), goesOn, ({ fail }) => fail('gone'));
  await probe.share();
  await clock.advance(10_000);
  assert.equal(await probe.share(), 1);
  await clock.advance(1000);
  await assert.rejects(probe.share(), /ping says nothing/);
  runs.at(-1)?.fail('ping was killed by SIGKILL');
  await clock.advance(1000);
  await assert.rejects(probe.share(), /killed by SIGKILL/);
  await clock.advance(1000);
  await assert.rejects(probe.share(), /gone/);
});
