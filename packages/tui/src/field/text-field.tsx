import { Text } from 'ink';
import type { ReactNode } from 'react';
import { type Edit, editLine, fieldView, lineOf } from './edit-line.js';
import type { Press } from './presses.js';
import { useLatest } from './use-latest.js';
import { usePresses } from './use-presses.js';

interface TextFieldProps {
  readonly width: number;
  readonly isSecret: boolean;
  readonly initial?: string;
  onSubmit(text: string): void;
}

/** A line to type in; the cursor is a block, and `_` at the end, for terminals that cannot show one. */
export function TextField({ width, isSecret, initial = '', onSubmit }: TextFieldProps): ReactNode {
  const [latest, setLine] = useLatest(() => ({ line: lineOf(initial), isSent: false }));
  usePresses((press) => {
    const { line, isSent } = latest();
    // What follows Enter is not for this field.
    if (isSent) return;
    if (press.kind === 'return') {
      setLine({ line, isSent: true });
      onSubmit(line.text);
      return;
    }
    const edit = editOf(press);
    if (edit !== undefined) setLine({ line: editLine(line, edit), isSent });
  });
  const view = fieldView(latest().line, Math.max(1, width - 4), isSecret);
  return (
    <Text>
      {'> '}
      {view.before}
      <Text inverse>{view.at === ' ' && view.after === '' ? '_' : view.at}</Text>
      {view.after}
    </Text>
  );
}

function editOf(press: Press): Edit | undefined {
  switch (press.kind) {
    case 'text':
      return { kind: 'insert', text: press.text };
    case 'ctrl':
      return CONTROL[press.letter];
    case 'left':
    case 'right':
    case 'home':
    case 'end':
    case 'backspace':
      return { kind: press.kind };
    default:
      return undefined;
  }
}

const CONTROL: Readonly<Record<string, Edit>> = {
  a: { kind: 'home' },
  e: { kind: 'end' },
  b: { kind: 'left' },
  f: { kind: 'right' },
  u: { kind: 'delete-to-start' },
  w: { kind: 'delete-word' },
};
