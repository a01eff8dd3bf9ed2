// A full-screen terminal, taken over and given back. Everything that ends the program ends here first.

import type { ReadStream, WriteStream } from 'node:tty';

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[2J';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const REST_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';

export interface Terminal {
  readonly columns: () => number;
  readonly rows: () => number;
  draw(lines: readonly string[]): void;
  /** Gives the terminal back as it was; again it does nothing. */
  leave(): void;
}

/** Puts the terminal into raw mode on another screen; `onKey` gets one key at a time. */
export function enterTerminal(
  input: ReadStream,
  output: WriteStream,
  onKey: (key: string) => void,
  onResize: () => void,
): Terminal {
  let isOurs = true;
  const onData = (text: string): void => {
    // An arrow or a function key begins with an escape and is no key of ours.
    if (text.startsWith('\u001b')) return;
    for (const key of text) onKey(key);
  };
  input.setEncoding('utf8');
  input.setRawMode(true);
  input.resume();
  input.on('data', onData);
  output.on('resize', onResize);
  output.write(ENTER);
  return {
    columns: () => output.columns,
    rows: () => output.rows,
    draw(lines) {
      if (!isOurs) return;
      const text = lines.map((line) => line + REST_OF_LINE).join('\r\n');
      output.write(HOME + text + REST_OF_SCREEN);
    },
    leave() {
      if (!isOurs) return;
      isOurs = false;
      input.off('data', onData);
      output.off('resize', onResize);
      input.setRawMode(false);
      input.pause();
      output.write(LEAVE);
    },
  };
}
