import { type DecisionEntry, type Replayed, replayLine } from '@hosted-engine/core';
import { HeError } from '@hosted-engine/ports/he-error';
import { optionValue } from '../args.js';
import type { Command } from '../command.js';
import type { CliContext } from '../context.js';
import { JOURNAL, journalLines, noJournal } from '../journal-lines.js';
import { localTime } from '../time-text.js';

export const REPLAY: Command = {
  name: 'replay',
  summary: 'decide a decision journal again, and show where that differs',
  details: [
    `FILE is a journal of any host, ${JOURNAL} of this one when it is left out.`,
    'Needs no daemon and no deployment. Lines that are damaged are named; the others are replayed.',
    'Exit code 0 when every decision is the same, 25 when one differs, 24 when lines are damaged.',
  ],
  options: [
    { name: 'file', value: 'FILE', help: 'the journal to replay' },
    { name: 'json', help: 'print one JSON object' },
  ],
  shorthand: 'file',
  run: async (context, options) => {
    const path = optionValue(options, 'file') ?? JOURNAL;
    const lines = await journalLines(context, path);
    if (lines === undefined) throw noJournal(path);
    const isJson = options.has('json');
    const results = lines.map((line, index) => {
      const result = replayLine(index + 1, line);
      if (!isJson) print(context, result);
      return result;
    });
    const summary = summaryOf(results);
    if (isJson)
      context.write(`${JSON.stringify({ file: path, ...summary, lines: results.map(short) })}\n`);
    else context.write(summaryText(summary));
    refuse(summary, path);
    return 0;
  },
};

interface Summary {
  readonly decisions: number;
  readonly same: number;
  readonly differing: number;
  readonly damaged: number;
}

function summaryOf(results: readonly Replayed[]): Summary {
  const count = (kind: Replayed['kind']): number =>
    results.filter((result) => result.kind === kind).length;
  const [same, differing] = [count('same'), count('differs')];
  return { decisions: same + differing, same, differing, damaged: count('fault') };
}

function summaryText({ decisions, same, differing, damaged }: Summary): string {
  if (differing + damaged === 0) return `${decisions} decisions replayed, all the same.\n`;
  return `${decisions} decisions replayed: ${same} the same, ${differing} other ones; ${damaged} lines cannot be replayed.\n`;
}

function refuse({ differing, decisions, damaged }: Summary, path: string): void {
  if (differing > 0) {
    const message = `${differing} of ${decisions} decisions in ${path} come out otherwise with this program`;
    throw new HeError('HE_REPLAY_DIFFERS', message, {
      remedy: 'a journal written by another version may differ; within one version this is a bug',
    });
  }
  if (damaged > 0) {
    const message = `${damaged} ${damaged === 1 ? 'line' : 'lines'} of ${path} cannot be replayed`;
    throw new HeError('HE_JOURNAL_CORRUPT', message);
  }
}

function print(context: CliContext, result: Replayed): void {
  switch (result.kind) {
    case 'other':
      return;
    case 'fault':
      context.write(`line ${result.line} ${result.what}\n`);
      return;
    case 'same':
    case 'differs':
      context.write(`${decisionText(result.entry, context.clock.wallMs())}\n`);
  }
  if (result.kind !== 'differs') return;
  for (const { what, journal, replay } of result.differences) {
    context.write(`    line ${result.line} differs in its ${what}\n`);
    context.write(`        journal: ${journal}\n        replay:  ${replay}\n`);
  }
}

function decisionText(entry: DecisionEntry, nowMs: number): string {
  const { from, to, effects, reason, wallMs } = entry;
  const state = from.name === to ? to : `${from.name} -> ${to}`;
  const work = effects.map(({ kind }) => kind).join(', ');
  return `${localTime(wallMs, nowMs)}  ${state}: ${reason}${work === '' ? '' : ` [${work}]`}`;
}

/** What a tool wants of a line: not the whole observation. */
function short(result: Replayed) {
  const { kind, line } = result;
  switch (result.kind) {
    case 'fault':
      return { line, kind, what: result.what };
    case 'other':
      return { line, kind };
    case 'same':
    case 'differs': {
      const { wallMs, from, to, effects, reason, score } = result.entry;
      const decision = { wallMs, from: from.name, to, effects, reason, score: score.total };
      return result.kind === 'same'
        ? { line, kind, ...decision }
        : { line, kind, ...decision, differences: result.differences };
    }
  }
}
