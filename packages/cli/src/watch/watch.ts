import { type StatusView, statusJson, tableOf } from '@hosted-engine/core/whiteboard';
import { HeError } from '@hosted-engine/ports/he-error';
import type { CliContext } from '../context.js';

const EVERY_MS = 2000;
/** Into a pipe there is no height to keep to. */
const ALL_ROWS = 10_000;

/**
 * Shows the table until q, CTRL-C, a signal, or the end of who reads it. On a terminal it is drawn over itself, below what was there
 * before; into a pipe it is printed at each change. A daemon that does not answer is shown, and asked again.
 */
export async function watchStatus(
  context: CliContext,
  look: () => Promise<StatusView>,
  isJson: boolean,
): Promise<number> {
  const end = new AbortController();
  const stop = (): void => end.abort();
  const signals = [context.signal, context.outputGone];
  for (const signal of signals) signal.addEventListener('abort', stop, { once: true });
  if (signals.some((signal) => signal.aborted)) stop();
  const screen = await context.screen();
  const isLive = screen !== undefined && !isJson;
  const release = isLive
    ? screen.onKey((key) => {
        if (key === 'q' || key === 'Q' || key === '\u0003') stop();
      })
    : () => undefined;
  let drawn = 0;
  let before = '';
  try {
    while (!end.signal.aborted) {
      const rows = isLive ? screen.rows() : ALL_ROWS;
      const text = await textOf(look, rows, isJson);
      if (isLive) {
        const foot = `Every ${EVERY_MS / 1000} s; q ends it.`;
        const lines = [...text.split('\n'), '', foot];
        context.write(`${over(drawn)}${lines.map((line) => `${line}\u001b[K`).join('\n')}\u001b[J`);
        drawn = lines.length;
      } else if (text !== before) {
        context.write(before === '' || isJson ? `${text}\n` : `\n${text}\n`);
      }
      before = text;
      await context.clock.sleep(EVERY_MS, end.signal);
    }
    if (isLive) context.write('\n');
    return 0;
  } finally {
    release();
    for (const signal of signals) signal.removeEventListener('abort', stop);
  }
}

async function textOf(
  look: () => Promise<StatusView>,
  rows: number,
  isJson: boolean,
): Promise<string> {
  try {
    const view = await look();
    return isJson ? statusJson(view) : tableOf(view, rows).join('\n');
  } catch (thrown) {
    if (!(thrown instanceof HeError)) throw thrown;
    return isJson ? JSON.stringify({ error: thrown.message }) : thrown.message.slice(0, 80);
  }
}

/** Back to the first line of what was drawn. */
function over(lines: number): string {
  return lines === 0 ? '' : `\r${lines > 1 ? `\u001b[${lines - 1}A` : ''}`;
}
