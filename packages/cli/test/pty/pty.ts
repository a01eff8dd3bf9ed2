import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

export interface PtyOptions {
  readonly columns: number;
  readonly env?: Readonly<Record<string, string>>;
}

const LIMIT_MS = 60_000;

/** A program on a pseudo-terminal of its own, made by script(1). */
export class Pty {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exit: Promise<number | undefined>;
  #output = '';
  #answeredUpTo = 0;
  #changed: () => void = () => undefined;
  #isOver = false;

  constructor(command: readonly string[], { columns, env = {} }: PtyOptions) {
    const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    const line = `stty cols ${columns} rows 40; exec ${quoted}`;
    this.#child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
      env: { ...process.env, TERM: 'xterm', ...env },
    });
    this.#child.stdout.setEncoding('utf8');
    this.#child.stdout.on('data', (text: string) => {
      this.#output += text;
      this.#changed();
    });
    this.#child.stdin.on('error', () => undefined);
    this.#exit = new Promise((resolve) => {
      // One that hangs is ended with its terminal.
      const limit = setTimeout(() => this.hangUp(), LIMIT_MS);
      this.#child.on('close', (code) => {
        clearTimeout(limit);
        this.#isOver = true;
        this.#changed();
        resolve(code ?? undefined);
      });
    });
  }

  /** Everything that has appeared, without colours and the terminal's line ends. */
  text(): string {
    return plain(this.#output);
  }

  raw(): string {
    return this.#output;
  }

  /**
   * The question that now waits for an answer; undefined when the program has ended. A question begins in
   * column ten, and its answer is typed on the same line.
   */
  async prompt(): Promise<string | undefined> {
    for (;;) {
      const text = this.text();
      const line = text.slice(text.lastIndexOf('\n') + 1);
      const isNew = text.length > this.#answeredUpTo;
      if (isNew && /^ {10}\S.*[:?.] $/.test(line)) {
        this.#answeredUpTo = text.length;
        return line.trim();
      }
      if (this.#isOver) return undefined;
      await this.#change();
    }
  }

  /** Waits until `text` has appeared. Rejects when the program ends without. */
  async expect(text: string): Promise<void> {
    while (!this.text().includes(text)) {
      if (this.#isOver) throw new Error(`'${text}' did not appear in:\n${this.text()}`);
      await this.#change();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = resolve;
    });
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** The exit code of the program. */
  ended(): Promise<number | undefined> {
    return this.#exit;
  }

  /** Closes the terminal from outside, as a lost connection does. */
  hangUp(): void {
    this.#child.kill('SIGKILL');
  }
}

const ESCAPE = '\u001b';

function plain(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(new RegExp(`${ESCAPE}\\[[0-9;?]*[A-Za-z]`, 'g'), '')
    .replaceAll('\r', '');
}
