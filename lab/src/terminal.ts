import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { HeError } from '@hosted-engine/ports';
import type { LabHost } from './host.js';
import { shellQuote } from './shell-quote.js';
import { answerWithin, NO_ANSWER } from './until.js';

const COLUMNS_DEFAULT = 80;
const ROWS = 24;

/**
 * A program in a host on a pseudo-terminal of its own, and somebody who reads and types there. Expectations
 * are met in order: each looks at what has come since the one before.
 */
export class TerminalSession {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<number>;
  #text = '';
  #seen = 0;
  #exitCode: number | undefined;
  #wake: () => void = () => undefined;

  private constructor(child: ChildProcessWithoutNullStreams, onOutput: (text: string) => void) {
    this.#child = child;
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (piece: string) => {
      this.#text += piece;
      onOutput(piece);
      this.#wake();
    });
    child.stderr.resume();
    child.stdin.on('error', () => undefined);
    this.#ended = new Promise((resolve) => {
      child.once('close', (code) => {
        this.#exitCode = code ?? -1;
        this.#wake();
        resolve(this.#exitCode);
      });
    });
  }

  static async open(
    host: LabHost,
    words: readonly string[],
    options: { readonly columns?: number; readonly onOutput?: (text: string) => void } = {},
  ): Promise<TerminalSession> {
    const [program = '', ...entered] = await host.enter();
    const command = `stty cols ${options.columns ?? COLUMNS_DEFAULT} rows ${ROWS}; exec ${words.map(shellQuote).join(' ')}`;
    // util-linux's script: a terminal whose other end is this pipe, and the program's own exit code.
    const onTerminal = [
      'env',
      'TERM=xterm',
      'script',
      '-q',
      '-e',
      '-f',
      '-c',
      command,
      '/dev/null',
    ];
    const child = spawn(program, [...entered, ...onTerminal], { cwd: '/' });
    return new TerminalSession(child, options.onOutput ?? (() => undefined));
  }

  /** Everything that has come so far, as it came. */
  get text(): string {
    return this.#text;
  }

  /** The lines that a person saw, without colours and redrawn parts. */
  get lines(): readonly string[] {
    return this.#plain()
      .split('\n')
      .map((line) =>
        line
          .replace(/\r+$/, '')
          .replace(/^[\s\S]*\r/, '')
          .trimEnd(),
      );
  }

  /** Without the sequences that move the cursor or change the colour. */
  #plain(): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals speak in these.
    return this.#text.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '');
  }

  /** Waits until the pattern has come, and rejects with what came instead. @returns the match. */
  async expect(pattern: RegExp, seconds: number): Promise<RegExpExecArray> {
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      const found = pattern.exec(this.#plain().slice(this.#seen));
      if (found !== null) {
        this.#seen += found.index + found[0].length;
        return found;
      }
      const leftMs = deadline - performance.now();
      if (this.#exitCode !== undefined || leftMs <= 0) throw this.#missing(pattern, seconds);
      await this.#more(leftMs);
    }
  }

  /** Types a line. */
  type(line: string): void {
    this.#child.stdin.write(`${line}\r`);
  }

  /**
   * Answers questions as they come, until `end`; each entry as often as it is asked. A question that is not
   * among them waits for ever, and so is found out by the time.
   */
  async converse(
    answers: readonly (readonly [RegExp, string | (() => void | Promise<void>)])[],
    end: RegExp,
    seconds: number,
  ): Promise<void> {
    const all = [end, ...answers.map(([question]) => question)];
    const any = new RegExp(all.map((one) => `(?:${one.source})`).join('|'));
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      const [said] = await this.expect(any, (deadline - performance.now()) / 1000);
      if (end.test(said)) return;
      const answer = answers.find(([question]) => question.test(said))?.[1];
      if (typeof answer === 'string') this.type(answer);
      else await answer?.();
    }
  }

  async answer(question: RegExp, line: string, seconds = 60): Promise<void> {
    await this.expect(question, seconds);
    this.type(line);
  }

  /**
   * The program's exit code, once it has ended. Rejects when it goes on after that time; then only the way into
   * the host is killed, and the program may hold the terminal for longer.
   */
  async end(seconds: number): Promise<number> {
    const code = await answerWithin(() => this.#ended, seconds * 1000);
    if (code !== NO_ANSWER) return code;
    this.kill();
    throw new HeError('HE_FAILED', `it did not end within ${seconds} s; ${this.#last()}`);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #more(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #missing(pattern: RegExp, seconds: number): HeError {
    const why = this.#exitCode === undefined ? `after ${seconds} s` : `exit ${this.#exitCode}`;
    return new HeError('HE_FAILED', `${String(pattern)} did not come (${why}); ${this.#last()}`);
  }

  #last(): string {
    return `the last was:\n${this.#plain().slice(-1500)}`;
  }
}
