import { HeError } from '@hosted-engine/ports';

/** A command line: words, `--name=value` options, and what stands after `--`. */
export interface Arguments {
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  readonly rest: readonly string[];
  /** Rejects with HE_USAGE, naming what is missing. */
  word(index: number, what: string): string;
}

export function parseArguments(argv: readonly string[], known: readonly string[]): Arguments {
  const dashes = argv.indexOf('--');
  const own = dashes < 0 ? argv : argv.slice(0, dashes);
  const words: string[] = [];
  const options = new Map<string, string>();
  for (const item of own) {
    const option = /^--([a-z-]+)(?:=(.*))?$/s.exec(item);
    if (option === null) {
      words.push(item);
      continue;
    }
    const name = option[1] ?? '';
    if (!known.includes(name)) throw new HeError('HE_USAGE', `unknown option --${name}`);
    options.set(name, option[2] ?? '');
  }
  return {
    words,
    options,
    rest: dashes < 0 ? [] : argv.slice(dashes + 1),
    word(index, what) {
      const word = words[index];
      if (word === undefined) throw new HeError('HE_USAGE', `missing: ${what}`);
      return word;
    },
  };
}

export function numberOf(text: string, what: string): number {
  if (!/^\d+$/.test(text)) throw new HeError('HE_USAGE', `${what} needs a number, not "${text}"`);
  return Number(text);
}
