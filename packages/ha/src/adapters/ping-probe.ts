import {
  type Clock,
  HeError,
  messageOf,
  type NetworkProbe,
  type ProcessRunner,
} from '@hosted-engine/ports';

export interface PingOptions {
  readonly processes: ProcessRunner;
  readonly clock: Clock;
  /** What one try waits for its answer. */
  readonly timeoutMs: number;
  /** Ends the process that runs on between the measurements. */
  readonly signal: AbortSignal;
}

/** The measure of ha-daemon.md 3: five tries. */
const TRIES = 5;
/** The first measure is there as soon as half a second apart allows. */
const OPENING = { count: TRIES, everyS: 0.5 };
/** A bound for a process: the name of its target is looked up anew with the next one. */
const STEADY = { count: 600, everyS: 1 };

type Try = 'answered' | 'missed' | { readonly silentSinceS: number };

/**
 * The share of the last five tries that were answered. A try that waits for its answer still is none of them.
 *
 *   P1. One process goes on from measure to measure. Starting it copies the daemon's page tables: one for each
 *       measure would be a third of what the daemon costs.
 *   P2. It says a line each second, of the answer or that there is none yet. When none comes any more, the share
 *       is not known (I5): `share` rejects, with the reason for which it could not run.
 *   P3. When it has ended, `share` starts it anew. Without a route, or a name that resolves, it ends at once
 *       having tried nothing: then nothing was reached.
 */
export function createPingProbe(address: string, options: PingOptions): NetworkProbe {
  const { processes, clock, signal } = options;
  const timeoutS = options.timeoutMs / 1000;
  const tries = new Map<number, Try>();
  let run: Promise<void> | undefined;
  let failure = '';
  /** When an outcome was last noted. */
  let notedS = 0;

  function note(key: number, outcome: Try): void {
    tries.set(key, outcome);
    notedS = clock.monotonicS();
    failure = '';
  }

  function read(line: string, before: number): void {
    const seq = /icmp_seq=(\d+)/.exec(line)?.[1];
    if (seq === undefined) return;
    const key = before + Number(seq);
    if (line.includes(' bytes from ')) note(key, 'answered');
    // A router's refusal is not the target's answer, which may come still.
    else if (!tries.has(key)) note(key, { silentSinceS: clock.monotonicS() });
  }

  async function ping({ count, everyS }: typeof OPENING): Promise<void> {
    const before = Math.max(0, ...tries.keys());
    const words = ['-n', '-O', '-c', String(count), '-i', String(everyS)];
    const answerS = String(Math.ceil(timeoutS));
    let rest = '';
    const { stdout } = await processes.run('ping', [...words, '-W', answerS, '--', address], {
      timeoutMs: (count * everyS + 3 * timeoutS) * 1000,
      env: { LC_ALL: 'C' },
      signal,
      onOutput: (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) read(line, before);
      },
    });
    // Tries that could not be made (P3) are as good as missed; of the others it has waited for the answer to each.
    const sent = Number(/(\d+) packets transmitted/.exec(stdout)?.[1]) || TRIES;
    for (let key = before + 1; key <= before + sent; key += 1) {
      if (tries.get(key) !== 'answered') note(key, 'missed');
    }
  }

  function ensureRun(): void {
    run ??= ping(tries.size === 0 ? OPENING : STEADY)
      .catch((error: unknown) => {
        failure = messageOf(error);
      })
      .finally(() => {
        run = undefined;
      });
  }

  /** Whether each of the last five that are decided was answered; undefined while there are fewer. */
  function decided(): readonly boolean[] | undefined {
    const nowS = clock.monotonicS();
    const outcomes: boolean[] = [];
    for (const [key, one] of [...tries].sort(([a], [b]) => b - a)) {
      if (outcomes.length === TRIES) tries.delete(key);
      else if (typeof one === 'string') outcomes.push(one === 'answered');
      // The line came one pause after the try.
      else if (nowS - one.silentSinceS >= timeoutS - STEADY.everyS) outcomes.push(false);
    }
    return outcomes.length === TRIES ? outcomes : undefined;
  }

  return {
    async share() {
      const isFirst = tries.size === 0;
      ensureRun();
      if (isFirst) {
        await run;
        ensureRun();
      }
      const outcomes = decided();
      const ageS = clock.monotonicS() - notedS;
      if (outcomes === undefined || ageS > 2 * timeoutS) {
        throw new HeError('HE_FAILED', failure || 'ping says nothing');
      }
      return outcomes.filter(Boolean).length / TRIES;
    },
  };
}
