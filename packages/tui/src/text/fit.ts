// Text in a terminal's columns. Everything shown is brought to whole lines here, so that a screen always
// knows how high it is.

/** At word boundaries; a word longer than the line is broken. Indentation is kept. At least one line. */
export function wrap(text: string, width: number): readonly string[] {
  return plain(text)
    .split('\n')
    .flatMap((line) => wrapLine(line, Math.max(1, width)));
}

function wrapLine(text: string, width: number): readonly string[] {
  if (text.length <= width) return [text.trimEnd()];
  const indent = (/^ */.exec(text)?.[0] ?? '').slice(0, width - 1);
  const lines: string[] = [];
  let line = indent;
  let isEmpty = true;
  for (const word of text.trim().split(' ')) {
    let rest = word;
    if (!isEmpty && line.length + 1 + rest.length <= width) {
      line = `${line} ${rest}`;
      continue;
    }
    // Blanks that would begin a line are dropped.
    if (rest === '') continue;
    if (!isEmpty) lines.push(line);
    const room = width - indent.length;
    while (rest.length > room) {
      lines.push(indent + rest.slice(0, room));
      rest = rest.slice(room);
    }
    line = indent + rest;
    isEmpty = rest === '';
  }
  return isEmpty ? lines : [...lines, line];
}

/** At most `width` columns; `~` marks what was cut off. */
export function cut(text: string, width: number): string {
  const shown = plain(text).replaceAll('\n', ' ');
  if (shown.length <= width) return shown;
  return width < 1 ? '' : `${shown.slice(0, width - 1)}~`;
}

/** What a foreign slot or a server's answer says may hold control characters: they stay off the terminal. */
function plain(text: string): string {
  return text.replaceAll('\t', '    ').replaceAll(/[^\P{Cc}\n]/gu, '?');
}

/** The part of `lines` that a window of `rows` shows, `back` lines before the end. */
export function tail<T>(lines: readonly T[], rows: number, back = 0): readonly T[] {
  const end = Math.max(Math.min(rows, lines.length), lines.length - back);
  return lines.slice(Math.max(0, end - rows), end);
}
