import type { Clock, Log } from '@hosted-engine/ports';
import type { Dialog, Question } from '@hosted-engine/setup';
import { type Level, levelLine, noteLine } from './dialect.js';
import type { LineRequest } from './line-reader.js';
import { ProgressLine } from './progress.js';

/** Where a dialog takes place. */
export interface Terminal {
  /** While a line is read, whole lines only. */
  write(text: string): void;
  /** Columns to wrap at; undefined when the output is no terminal. */
  readonly width: number | undefined;
  readonly isColored: boolean;
  /** Reads one line, '' for an empty one; undefined: nobody is there to ask. End of input rejects. */
  readonly readLine: ((prompt: string, request: LineRequest) => Promise<string>) | undefined;
}

/** Set-up's conversation, on a terminal or into a pipe; everything said goes to the log too. */
export function createTerminalDialog(
  terminal: Terminal,
  log: Log,
  clock: Pick<Clock, 'monotonicS'>,
): Dialog {
  const progress = new ProgressLine(terminal, () => clock.monotonicS());
  const write = (text: string): void => {
    progress.close();
    terminal.write(text);
  };
  const say = (level: Level, message: string): void => {
    write(levelLine(level, message, terminal.isColored, terminal.width));
    if (level === 'INFO') log.info(message);
    else if (level === 'WARNING') log.warn(message);
    else log.error(message);
  };
  const note = (text: string): void => {
    write(`${noteLine(text, terminal.width)}\n`);
    log.info(`note: ${text}`);
  };
  return {
    interactive: terminal.readLine !== undefined,
    info: (message) => say('INFO', message),
    warning: (message) => say('WARNING', message),
    error: (message) => say('ERROR', message),
    note,
    title: (text) => note(`--== ${text} ==--`),
    ask: async (question: Question) => {
      if (terminal.readLine === undefined) throw new Error('nobody is there to be asked');
      progress.close();
      const prompt = `${noteLine(question.prompt, terminal.width)} `;
      log.info(`asking ${question.key}: ${question.prompt}`);
      const { choices, isSecret } = question;
      const request = { isHidden: isSecret, ...(choices === undefined ? {} : { choices }) };
      const answer = await terminal.readLine(prompt, request);
      // A password may begin or end with a blank.
      const text = question.isSecret ? answer : answer.trim();
      log.info(`answer ${question.key}: ${question.isSecret ? '(hidden)' : text}`);
      return text;
    },
    progress: (what, done, total) => {
      const end = progress.show(what, done, total);
      if (end !== undefined) log.info(end);
    },
  };
}
