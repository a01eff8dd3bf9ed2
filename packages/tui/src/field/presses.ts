import type { Key } from 'ink';

/** One key, as a person thinks of it. */
export type Press =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'ctrl'; readonly letter: string }
  | { readonly kind: NamedKey };

export type NamedKey =
  | 'return'
  | 'escape'
  | 'tab'
  | 'backspace'
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'page-up'
  | 'page-down'
  | 'home'
  | 'end';

const NAMES: readonly (readonly [keyof Key, NamedKey])[] = [
  ['return', 'return'],
  ['escape', 'escape'],
  ['tab', 'tab'],
  // Terminals differ in which of the two the big key sends; nobody means the other.
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'page-up'],
  ['pageDown', 'page-down'],
  ['home', 'home'],
  ['end', 'end'],
];

const CONTROLS: Readonly<Record<string, NamedKey>> = {
  '\r': 'return',
  '\n': 'return',
  '\t': 'tab',
  '\b': 'backspace',
  '\u007f': 'backspace',
};

/**
 * The keys in what Ink hands on at once: what is pasted, or typed over a slow line, arrives as one text
 * with the Enter in it.
 */
export function pressesOf(input: string, key: Key): readonly Press[] {
  const name = NAMES.find(([flag]) => key[flag] === true)?.[1];
  if (name !== undefined && input.length <= 1) return [{ kind: name }];
  if (key.ctrl) return [{ kind: 'ctrl', letter: input }];
  if (key.meta) return [];
  return [...input].flatMap((letter) => pressOf(letter));
}

function pressOf(letter: string): readonly Press[] {
  const name = CONTROLS[letter];
  if (name !== undefined) return [{ kind: name }];
  const code = letter.codePointAt(0) ?? 0;
  if (code > 0 && code < 27) return [{ kind: 'ctrl', letter: String.fromCharCode(code + 96) }];
  return code < 32 ? [] : [{ kind: 'text', text: letter }];
}
