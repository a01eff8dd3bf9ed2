import { Text } from 'ink';
import type { ReactNode } from 'react';
import { Choice } from '../field/choice.js';

interface LeaveFormProps {
  readonly width: number;
  /** Undefined: there is no question before that could be answered anew. */
  readonly goBack: (() => void) | undefined;
  goOn(): void;
  abort(): void;
}

/** Rows that the form takes. */
export function leaveHeight(canGoBack: boolean): number {
  return canGoBack ? 4 : 3;
}

/** What Esc leads to in the midst of a run. */
export function LeaveForm({ width, goBack, goOn, abort }: LeaveFormProps): ReactNode {
  const ways = [
    { text: 'No: go on', go: goOn },
    ...(goBack === undefined ? [] : [{ text: 'Back: change the answer before', go: goBack }]),
    { text: 'Yes: abort', go: abort },
  ];
  return (
    <>
      <Text bold>Abort the deployment? What it did on this host is undone.</Text>
      <Choice
        items={ways.map(({ text }) => text)}
        initial={0}
        rows={ways.length}
        width={width}
        look="radio"
        onSubmit={(index) => ways[index]?.go()}
      />
    </>
  );
}
