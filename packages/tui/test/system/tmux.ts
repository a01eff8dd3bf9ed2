import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const DEADLINE_MS = 20_000;
const LOOK_EVERY_MS = 50;
const CALM_MS = 200;

export interface TmuxOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Why there can be no terminal here; undefined when there can. */
export function noTmux(): string | undefined {
  return existsSync('/usr/bin/tmux') ? undefined : 'tmux is not installed';
}

/** A program in a terminal of its own: a tmux server that belongs to this object alone. */
export class Tmux {
  readonly #socket = `tui-test-${randomUUID()}`;

  constructor(command: readonly string[], { columns = 80, rows = 24, env = {} }: TmuxOptions = {}) {
    // Ink takes a machine with CI set for one without a terminal.
    const { CI: _ci, TMUX: _tmux, ...ours } = process.env;
    const size = ['-x', String(columns), '-y', String(rows)];
    const given = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const words = ['env', ...given, ...command].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
    const line = `${words.join(' ')}; echo "exit code $?"; sleep 1000`;
    execFileSync(
      'tmux',
      ['-L', this.#socket, '-f', '/dev/null', 'new-session', '-d', ...size, 'sh', '-c', line],
      { env: { ...ours, TERM: 'xterm' } },
    );
  }

  /** Names of keys as tmux has them (`Enter`, `Down`, `C-c`), or text. */
  keys(...keys: readonly string[]): void {
    this.#run('send-keys', ...keys);
  }

  /** Text as it is, also when it is the name of a key. */
  type(text: string): void {
    this.#run('send-keys', '-l', text);
  }

  resize(columns: number, rows: number): void {
    this.#run('resize-window', '-x', String(columns), '-y', String(rows));
  }

  screen(): string {
    return this.#run('capture-pane', '-p');
  }

  /** With the colours and other looks of its letters. */
  colouredScreen(): string {
    return this.#run('capture-pane', '-p', '-e');
  }

  /** Waits until the screen shows it. Throws with the last screen when it does not in time. */
  async until(pattern: RegExp): Promise<string> {
    const end = performance.now() + DEADLINE_MS;
    for (;;) {
      const screen = this.screen();
      if (pattern.test(screen)) return screen;
      if (performance.now() > end) throw new Error(`no ${pattern} in:\n${screen}`);
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** The screen, once it has not changed for a moment. */
  async calm(): Promise<string> {
    let before = this.screen();
    for (;;) {
      await sleep(CALM_MS);
      const screen = this.screen();
      if (screen === before) return screen;
      before = screen;
    }
  }

  /** Waits until the screen is another than this one. */
  async change(before: string): Promise<void> {
    const end = performance.now() + DEADLINE_MS;
    while (this.screen() === before) {
      if (performance.now() > end) throw new Error(`nothing changed in:\n${before}`);
      await sleep(LOOK_EVERY_MS);
    }
  }

  close(): void {
    this.#run('kill-server');
  }

  #run(...words: readonly string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...words], { encoding: 'utf8' });
  }
}
