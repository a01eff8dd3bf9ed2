// The look of set-up's lines, which tools that drive it know: `[ INFO  ] …` in column 1, notes in column 10.

const NOTE_INDENT = ' '.repeat(10);
const CONTINUATION_INDENT = ' '.repeat(9);

/** Left and right of a note, together. */
const NOTE_MARGINS = 16;

/** A terminal narrower than anybody has. */
const ROOM_MIN = 20;

export type Level = 'INFO' | 'WARNING' | 'ERROR';

const BRACKETS: Readonly<Record<Level, string>> = {
  INFO: '[ INFO  ]',
  WARNING: '[WARNING]',
  ERROR: '[ ERROR ]',
};
const COLORS: Readonly<Record<Level, string>> = { INFO: '32', WARNING: '33', ERROR: '31' };

/** `width`: columns of the terminal; undefined leaves long lines alone. */
export function levelLine(
  level: Level,
  message: string,
  isColored = false,
  width?: number,
): string {
  const bracket = BRACKETS[level];
  const shown = isColored ? `\u001b[${COLORS[level]}m${bracket}\u001b[0m` : bracket;
  const room = width === undefined ? undefined : width - bracket.length - 1;
  const lines = message.split('\n').flatMap((line) => wrap(line, room));
  return `${shown} ${lines.join(`\n${CONTINUATION_INDENT}`)}\n`;
}

/** `width`: columns of the terminal; undefined leaves long lines alone. */
export function noteLine(text: string, width?: number): string {
  const lines = text
    .split('\n')
    .flatMap((line) => wrap(line, width === undefined ? undefined : width - NOTE_MARGINS));
  return lines.map((line) => `${NOTE_INDENT}${line}`.trimEnd()).join('\n');
}

/** At word boundaries only. What is indented is a command or a list: it is to be copied, and left alone. */
function wrap(text: string, columns: number | undefined): string[] {
  const room = Math.max(ROOM_MIN, columns ?? Number.POSITIVE_INFINITY);
  if (text.length <= room || text.startsWith(' ')) return [text];
  const [first = '', ...words] = text.split(' ');
  const lines: string[] = [];
  let line = first;
  for (const word of words) {
    if (line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else {
      line = `${line} ${word}`;
    }
  }
  return [...lines, line];
}
