// The golden log: the world's log with the expectations between its lines, and repetitions told once.

import type { LoggedLine } from './evidence.js';

/** An expectation that held, to be shown where it was asked. */
export interface Mark {
  /** How many lines of the log came before it. */
  readonly after: number;
  readonly atS: number;
  readonly text: string;
}

/** A line that its host said as one of its last so many lines is a repetition. */
const REMEMBERED = 6;

interface Speaker {
  recent: readonly string[];
  skipped: number;
  lastS: number;
}

export function story(log: readonly LoggedLine[], marks: readonly Mark[]): string {
  const lines: string[] = [];
  const speakers = new Map<string, Speaker>();
  let rest = marks;

  const expectUpTo = (count: number): void => {
    const due = rest.filter(({ after }) => after <= count);
    for (const { atS, text } of due) lines.push(line(atS, '', `-- as expected: ${text}`));
    rest = rest.slice(due.length);
  };
  const endRepetition = (nowS: number, host: string, speaker: Speaker): void => {
    if (speaker.skipped === 0) return;
    const count = speaker.skipped === 1 ? '1 line' : `${speaker.skipped} lines`;
    const text = `… the same again until ${speaker.lastS.toFixed(1)} s, ${count}`;
    lines.push(line(nowS, host, text));
    speaker.skipped = 0;
  };
  const tell = ({ atS, host, text }: LoggedLine): void => {
    const speaker = speakers.get(host) ?? { recent: [], skipped: 0, lastS: atS };
    speakers.set(host, speaker);
    if (speaker.recent.includes(text)) {
      speaker.skipped += 1;
      speaker.lastS = atS;
      return;
    }
    endRepetition(atS, host, speaker);
    lines.push(line(atS, host, text));
    speaker.recent = [...speaker.recent, text].slice(-REMEMBERED);
  };

  log.forEach((entry, index) => {
    expectUpTo(index);
    // A fault is a new chapter: what is said after it is said anew.
    if (entry.host === '') {
      for (const [host, speaker] of speakers) endRepetition(entry.atS, host, speaker);
      speakers.clear();
    }
    tell(entry);
  });
  expectUpTo(log.length);
  for (const [host, speaker] of speakers) endRepetition(speaker.lastS, host, speaker);
  return `${lines.join('\n')}\n`;
}

function line(atS: number, who: string, text: string): string {
  return `${atS.toFixed(1).padStart(7)}  ${who.padEnd(6)}  ${text}`;
}
