import {
  clearScreenDown,
  createInterface,
  cursorTo,
  type Interface,
  moveCursor,
} from 'node:readline';
import { Writable } from 'node:stream';
import { HeError } from '@hosted-engine/ports';

export interface LineRequest {
  /** The answer is not echoed. */
  readonly isHidden: boolean;
  /** What TAB completes to. */
  readonly choices?: readonly string[];
}

/** Asks on a terminal, one line at a time. */
export interface LineReader {
  /** '' for an empty line. HE_ABORTED on CTRL-D, CTRL-C, or when the terminal is gone. */
  read(prompt: string, request: LineRequest): Promise<string>;
  /** Shows whole lines; above the question that stands, whose answer so far stays. */
  write(text: string): void;
  /** Gives the terminal back as it was. */
  close(): void;
}

interface Waiting {
  readonly request: LineRequest;
  resolve(line: string): void;
  reject(error: Error): void;
}

export function createLineReader(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
  signal: AbortSignal,
): LineReader {
  return new ReadlineReader(input, output, signal);
}

/**
 * One readline for all questions: a paste of several lines answers several of them. Between questions the
 * terminal is its own again, so that CTRL-C is a signal.
 */
class ReadlineReader implements LineReader {
  readonly #input: NodeJS.ReadStream;
  readonly #output: NodeJS.WriteStream;
  readonly #signal: AbortSignal;
  readonly #early: string[] = [];
  #lines: Interface | undefined;
  #waiting: Waiting | undefined;
  #isOver = false;
  /** readline echoes what is typed by writing it out; not so what is hidden, nor what nobody asked for yet. */
  #isMuted = true;

  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream, signal: AbortSignal) {
    this.#input = input;
    this.#output = output;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#end());
    input.on('error', () => this.#end());
  }

  read(prompt: string, request: LineRequest): Promise<string> {
    const early = this.#early.shift();
    if (early !== undefined) {
      this.#output.write(`${prompt}${request.isHidden ? '' : early}\n`);
      return Promise.resolve(early);
    }
    if (this.#isOver || this.#signal.aborted) return Promise.reject(endOfInput());
    this.#lines ??= this.#open();
    const lines = this.#lines;
    return new Promise((resolve, reject) => {
      this.#waiting = { request, resolve, reject };
      this.#isMuted = request.isHidden;
      this.#takeKeys(true);
      lines.resume();
      // readline draws its own prompt anew after each correction: only the last line of ours is that.
      const lastLineAt = prompt.lastIndexOf('\n') + 1;
      this.#output.write(request.isHidden ? prompt : prompt.slice(0, lastLineAt));
      lines.setPrompt(prompt.slice(lastLineAt));
      lines.prompt(true);
    });
  }

  write(text: string): void {
    const [lines, waiting] = [this.#lines, this.#waiting];
    if (lines === undefined || waiting === undefined) {
      this.#output.write(text);
      return;
    }
    // readline goes as many rows up before it draws: over these, and not over the text.
    const rows = waiting.request.isHidden ? 0 : lines.getCursorPos().rows;
    moveCursor(this.#output, 0, -rows);
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
    this.#output.write(`${text}${'\n'.repeat(rows)}`);
    if (waiting.request.isHidden) this.#output.write(lines.getPrompt());
    else lines.prompt(true);
  }

  close(): void {
    this.#isOver = true;
    this.#lines?.close();
  }

  #open(): Interface {
    const lines = createInterface({
      input: this.#input,
      output: echoTo(this.#output, () => this.#isMuted),
      terminal: true,
      historySize: 0,
      completer: (typed: string) => [completionsOf(typed, this.#waiting?.request), typed],
    });
    lines.on('line', (line) => this.#take(line));
    lines.on('SIGINT', () => this.#end());
    lines.on('close', () => this.#end());
    // readline hands on what its input meets.
    lines.on('error', () => this.#end());
    return lines;
  }

  #take(line: string): void {
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#early.push(line);
      return;
    }
    if (waiting.request.isHidden) this.#output.write('\n');
    this.#release();
    waiting.resolve(line);
  }

  /** The terminal takes its own keys again until the next question. */
  #release(): void {
    this.#waiting = undefined;
    this.#isMuted = true;
    if (!this.#isOver) this.#lines?.pause();
    this.#takeKeys(false);
  }

  #takeKeys(isRaw: boolean): void {
    try {
      if (this.#input.isTTY) this.#input.setRawMode(isRaw);
    } catch {
      // The terminal is gone; its end of input says so too.
    }
  }

  #end(): void {
    // A terminal that is gone says so at each attempt to give it back.
    if (this.#isOver) return;
    this.#isOver = true;
    const waiting = this.#waiting;
    this.#release();
    this.#lines?.close();
    if (waiting === undefined) return;
    this.#output.write('\n');
    waiting.reject(endOfInput());
  }
}

function endOfInput(): HeError {
  return new HeError('HE_ABORTED', 'End of file');
}

function completionsOf(typed: string, request: LineRequest | undefined): string[] {
  const start = typed.toLowerCase();
  return (request?.choices ?? []).filter((choice) => choice.toLowerCase().startsWith(start));
}

/** The output for readline: it asks how wide it is, and writes nothing while muted. */
function echoTo(output: NodeJS.WriteStream, isMuted: () => boolean): Writable {
  const echo = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (!isMuted()) output.write(chunk);
      done();
    },
  });
  return Object.defineProperty(echo, 'columns', { get: () => output.columns });
}
