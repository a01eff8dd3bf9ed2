import { levelLine } from './dialect.js';

/** A person reads no faster. */
const REDRAW_EVERY_S = 0.5;
const PIPE_STEP_PERCENT = 10;
const CLEAR_LINE = '\r\u001b[K';

export interface ProgressOutput {
  write(text: string): void;
  /** Columns; undefined when the output is no terminal. */
  readonly width: number | undefined;
  readonly isColored: boolean;
}

/** One line that is drawn again and again; in a pipe a new line for each tenth. */
export class ProgressLine {
  readonly #output: ProgressOutput;
  readonly #nowS: () => number;
  #what = '';
  #drawnAtS = Number.NEGATIVE_INFINITY;
  #percent = 0;
  #isOpen = false;

  constructor(output: ProgressOutput, nowS: () => number) {
    this.#output = output;
    this.#nowS = nowS;
  }

  /** Resolves with the line of the end, once it has come. */
  show(what: string, done: number, total: number | undefined): string | undefined {
    if (what !== this.#what) this.#begin(what);
    const isEnd = done === total;
    const text = textOf(what, done, total);
    if (this.#output.width === undefined) this.#print(text, done, total);
    else if (isEnd || this.#nowS() - this.#drawnAtS >= REDRAW_EVERY_S) this.#draw(text);
    if (!isEnd) return undefined;
    this.close();
    this.#what = '';
    return text;
  }

  /** Ends the line under way, before anything else is written. */
  close(): void {
    if (this.#isOpen) this.#output.write('\n');
    this.#isOpen = false;
  }

  #begin(what: string): void {
    this.close();
    this.#what = what;
    this.#drawnAtS = Number.NEGATIVE_INFINITY;
    this.#percent = -PIPE_STEP_PERCENT;
  }

  #draw(text: string): void {
    const { width = 80, isColored } = this.#output;
    // A line that wraps could not be drawn over.
    const line = levelLine('INFO', text.slice(0, Math.max(1, width - 11)), isColored).trimEnd();
    this.#output.write(`${CLEAR_LINE}${line}`);
    this.#isOpen = true;
    this.#drawnAtS = this.#nowS();
  }

  #print(text: string, done: number, total: number | undefined): void {
    const percent = total === undefined ? 0 : percentOf(done, total);
    if (percent - this.#percent < PIPE_STEP_PERCENT) return;
    this.#percent = percent - (percent % PIPE_STEP_PERCENT);
    this.#output.write(levelLine('INFO', text));
  }
}

function textOf(what: string, done: number, total: number | undefined): string {
  return total === undefined ? `${what}: ${done}` : `${what}: ${percentOf(done, total)}%`;
}

function percentOf(done: number, total: number): number {
  return total === 0 ? 100 : Math.floor((done / total) * 100);
}
