import { tail, wrap } from '../text/fit.js';
import type { Conversation, Entry, Level, Progress } from './conversation.js';

/** A line of a screen; it is never wider than asked for. */
export interface Line {
  readonly text: string;
  /** Looks different where the terminal can; the text says the same without. */
  readonly tone?: 'strong' | 'warning' | 'error' | 'faint';
}

const MARKS: Readonly<Record<Level, string>> = { info: '-', warning: '!', error: 'X' };
const WORDS: Readonly<Record<Level, string>> = { info: '', warning: 'Warning: ', error: 'Error: ' };
const LABEL_SHARE = 0.6;

/** The lines of the present page, or, `back` lines before its end, of what came earlier. */
export function pageLines(
  conversation: Conversation,
  width: number,
  rows: number,
  back: number,
): readonly Line[] {
  const { entries, pageStart } = conversation;
  const page = linesOf(entries.slice(pageStart), width);
  if (back === 0) return tail(page, rows);
  return tail(linesOf(entries, width), rows, back);
}

/** How far back one can go. */
export function backMax({ entries }: Conversation, width: number, rows: number): number {
  return Math.max(0, linesOf(entries, width).length - rows);
}

function linesOf(entries: readonly Entry[], width: number): readonly Line[] {
  return entries.flatMap((entry) => entryLines(entry, width));
}

function entryLines(entry: Entry, width: number): readonly Line[] {
  switch (entry.kind) {
    case 'title':
      return [{ text: '' }, { text: `--== ${entry.text} ==--`.slice(0, width), tone: 'strong' }];
    case 'note':
      return wrap(entry.text, width).map((text) => ({ text }));
    case 'message':
      return messageLines(entry.level, entry.text, width);
    case 'answer':
      return answerLines(entry.label, entry.shown, width);
  }
}

function messageLines(level: Level, text: string, width: number): readonly Line[] {
  const lines = wrap(`${WORDS[level]}${text}`, width - 2);
  return lines.map((line, index) => ({
    text: `${index === 0 ? MARKS[level] : ' '} ${line}`,
    tone: level === 'info' ? 'faint' : level,
  }));
}

/** The label on the left, what was answered on the right of it; below it when both are long. */
function answerLines(label: string, shown: string, width: number): readonly Line[] {
  const labelWidth = Math.floor(width * LABEL_SHARE);
  const head = `${label} `.padEnd(labelWidth, '.');
  if (head.length <= labelWidth && shown.length < width - labelWidth) {
    return [{ text: `${head} ${shown}`, tone: 'strong' }];
  }
  const lines = [...wrap(label, width), ...wrap(shown, width - 4).map((line) => `    ${line}`)];
  return lines.map((text) => ({ text, tone: 'strong' }));
}

/** `Copying the disk [#######........]  47 %`, or a count where nobody knows the end. */
export function progressLine({ what, done, total }: Progress, width: number): string {
  if (total === undefined || total <= 0) return `${what}: ${done}`.slice(0, width);
  const share = Math.min(1, Math.max(0, done / total));
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  const room = Math.max(10, width - what.length - percent.length - 4);
  const full = Math.round(share * room);
  const bar = `[${'#'.repeat(full)}${'.'.repeat(room - full)}]`;
  return `${what} ${bar} ${percent}`.slice(0, width);
}
