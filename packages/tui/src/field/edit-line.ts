/** One line being typed. `cursor`: characters before it. */
export interface EditLine {
  readonly text: string;
  readonly cursor: number;
}

export type Edit =
  | { readonly kind: 'insert'; readonly text: string }
  | { readonly kind: 'backspace' | 'left' | 'right' | 'home' | 'end' }
  | { readonly kind: 'delete-word' | 'delete-to-start' };

export function lineOf(text: string): EditLine {
  return { text, cursor: [...text].length };
}

export function editLine(line: EditLine, edit: Edit): EditLine {
  const letters = [...line.text];
  const { cursor } = line;
  switch (edit.kind) {
    case 'insert': {
      // What is pasted may end with a newline, and is one line all the same.
      const typed = [...edit.text.replaceAll(/\p{Cc}/gu, '')];
      return joined(letters.toSpliced(cursor, 0, ...typed), cursor + typed.length);
    }
    case 'backspace':
      return cursor === 0 ? line : joined(letters.toSpliced(cursor - 1, 1), cursor - 1);
    case 'left':
      return { ...line, cursor: Math.max(0, cursor - 1) };
    case 'right':
      return { ...line, cursor: Math.min(letters.length, cursor + 1) };
    case 'home':
      return { ...line, cursor: 0 };
    case 'end':
      return { ...line, cursor: letters.length };
    case 'delete-word': {
      const before = letters
        .slice(0, cursor)
        .join('')
        .replace(/[^ ]* *$/u, '');
      const kept = [...before];
      return joined([...kept, ...letters.slice(cursor)], kept.length);
    }
    case 'delete-to-start':
      return joined(letters.slice(cursor), 0);
  }
}

function joined(letters: readonly string[], cursor: number): EditLine {
  return { text: letters.join(''), cursor };
}

/** What a field of `width` columns shows: the letters before, at and behind the cursor. */
export interface FieldView {
  readonly before: string;
  readonly at: string;
  readonly after: string;
}

/** The part around the cursor. A secret shows as stars. */
export function fieldView(line: EditLine, width: number, isSecret: boolean): FieldView {
  const letters = [...line.text].map((letter) => (isSecret ? '*' : letter));
  const first = Math.max(0, line.cursor - Math.max(1, width) + 1);
  const shown = [...letters, ' '].slice(first, first + width);
  const at = line.cursor - first;
  return {
    before: shown.slice(0, at).join(''),
    at: shown[at] ?? ' ',
    after: shown.slice(at + 1).join(''),
  };
}
