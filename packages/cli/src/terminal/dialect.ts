// The look of set-up's lines, which tools that drive it know: `[ INFO  ] …` in column 1, notes in column 10.

const NOTE_INDENT = ' '.repeat(10);
const CONTINUATION_INDENT = ' '.repeat(9);

/** A terminal narrower than anybody has. */
const ROOM_MIN = 20;

export type Level = 'INFO' | 'WARNING' | 'ERROR';

const BRACKETS: Readonly<Record<Level, string>> = {
  INFO: '[ INFO  ]',
  WARNING: '[WARNING]',
  ERROR: '[ ERROR ]',
};
const COLORS: Readonly<Record<Level, string>> = { INFO: '32', WARNING: '33', ERROR: '31' };

export function levelLine(level: Level, message: string, isColored = false): string {
  const bracket = BRACKETS[level];
  const shown = isColored ? `\u001b[${COLORS[level]}m${bracket}\u001b[0m` : bracket;
  return `${shown} ${message.split('\n').join(`\n${CONTINUATION_INDENT}`)}\n`;
}

/** `width`: columns of the terminal; undefined leaves long lines alone. */
export function noteLine(text: string, width?: number): string {
  const lines = text
    .split('\n')
    .flatMap((line) => (width === undefined ? [line] : wrap(line, width)));
  return lines.map((line) => `${NOTE_INDENT}${line}`.trimEnd()).join('\n');
}

/** At word boundaries only; the margins take 16 columns together. What is indented stays so. */
function wrap(text: string, width: number): string[] {
  const room = Math.max(ROOM_MIN, width - 16);
  if (text.length <= room) return [text];
  const [first = '', ...words] = text.trimStart().split(' ');
  const indent = text.slice(0, text.length - text.trimStart().length);
  const lines: string[] = [];
  let line = indent + first;
  for (const word of words) {
    if (line.length + 1 + word.length > room) {
      lines.push(line);
      line = indent + word;
    } else {
      line = `${line} ${word}`;
    }
  }
  return [...lines, line];
}
