// Text in cells, and the few colours that a terminal has had for forty years.

export type Tint = 'plain' | 'bold' | 'chosen' | 'dim' | 'good' | 'bad' | 'warn';

export interface Cell {
  readonly text: string;
  readonly tint: Tint;
}

const CODES: Readonly<Record<Tint, string>> = {
  plain: '',
  bold: '1',
  chosen: '7',
  dim: '2',
  good: '32',
  bad: '31',
  warn: '33',
};

export function cell(text: string, tint: Tint = 'plain'): Cell {
  return { text, tint };
}

/** Exactly `width` columns: cut with an ellipsis, or filled up. */
export function fitted(text: string, width: number): string {
  const shown = text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text;
  return shown.padEnd(width);
}

export function paint(text: string, tint: Tint, isColoured: boolean): string {
  return tint === 'plain' || !isColoured ? text : `\u001b[${CODES[tint]}m${text}\u001b[0m`;
}

/** Parts in lines of at most `width`, none of them broken. */
export function flowed(parts: readonly string[], glue: string, width: number): readonly string[] {
  const rows: string[] = [''];
  for (const part of parts) {
    const row = rows.at(-1) ?? '';
    const longer = row === '' ? part : `${row}${glue}${part}`;
    if (longer.length <= width) rows[rows.length - 1] = longer;
    else rows.push(part);
  }
  return rows;
}

/** Words in lines of at most `width`; the last of `lines` lines ends with an ellipsis when there is more. */
export function wrapped(text: string, width: number, lines: number): readonly string[] {
  const rows = flowed(text.split(' '), ' ', width);
  if (rows.length <= lines) return rows;
  const kept = rows.slice(0, lines);
  kept[lines - 1] = fitted(rows.slice(lines - 1).join(' '), width);
  return kept;
}
