import { Text } from 'ink';
import type { ReactNode } from 'react';
import { cut } from '../text/fit.js';
import { byLetter, moved, visibleRange } from './choice-list.js';
import type { Press } from './presses.js';
import { useLatest } from './use-latest.js';
import { usePresses } from './use-presses.js';

interface ChoiceProps {
  readonly items: readonly string[];
  /** Index that is chosen at first. */
  readonly initial: number;
  readonly rows: number;
  readonly width: number;
  /** A menu opens what is chosen; a radio group shows what will be answered. */
  readonly look: 'menu' | 'radio';
  onSubmit(index: number): void;
  onMove?(index: number): void;
}

/** One of several, by the arrows or its first letter, and Enter. */
export function Choice(props: ChoiceProps): ReactNode {
  const { items, rows, width, look, onSubmit, onMove } = props;
  const [latest, setChosen] = useLatest(() => moved(items.length, props.initial, 0));
  usePresses((press) => {
    const chosen = latest();
    if (press.kind === 'return') {
      onSubmit(chosen);
      return;
    }
    const next = nextOf(press, items, chosen);
    if (next === undefined) return;
    setChosen(next);
    onMove?.(next);
  });
  const chosen = latest();
  const { from, to } = visibleRange(items.length, chosen, rows);
  return items.slice(from, to).map((item, index) => {
    const isChosen = from + index === chosen;
    const mark = look === 'menu' ? (isChosen ? '> ' : '  ') : isChosen ? '(*) ' : '( ) ';
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: an item is its place in the list.
      <Text key={from + index} bold={isChosen} inverse={isChosen && look === 'menu'}>
        {cut(`${mark}${item}`, width)}
      </Text>
    );
  });
}

function nextOf(press: Press, items: readonly string[], chosen: number): number | undefined {
  switch (press.kind) {
    case 'up':
      return moved(items.length, chosen, -1);
    case 'down':
    case 'tab':
      return moved(items.length, chosen, 1);
    case 'home':
      return 0;
    case 'end':
      return moved(items.length, chosen, items.length);
    case 'text':
      return byLetter(items, chosen, press.text);
    default:
      return undefined;
  }
}
