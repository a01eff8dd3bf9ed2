/** A terminal to draw on. */
export interface Screen {
  rows(): number;
  /** Hands on each key, unechoed, until the function that it returns is called. */
  onKey(listener: (key: string) => void): () => void;
}

/** Undefined when the output is no terminal. Without a keyboard only a signal ends a drawing. */
export function screenOf(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Screen | undefined {
  if (!output.isTTY) return undefined;
  return {
    // A terminal that does not tell its size says 0.
    rows: () => (output.rows > 0 ? output.rows : 24),
    onKey(listener) {
      if (!input.isTTY) return () => undefined;
      const hear = (chunk: Buffer): void => {
        for (const key of chunk.toString('utf8')) listener(key);
      };
      input.setRawMode(true);
      input.on('data', hear);
      input.resume();
      return () => {
        input.off('data', hear);
        input.setRawMode(false);
        input.pause();
      };
    },
  };
}
