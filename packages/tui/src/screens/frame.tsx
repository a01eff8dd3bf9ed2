import { Box, Text } from 'ink';
import { createContext, type ReactNode, useContext } from 'react';
import type { Line } from '../deploy/page-lines.js';
import { cut } from '../text/fit.js';

/** Whether colours may be used; they never say anything that the text does not. */
export const Colored = createContext(true);

/** Columns and rows of the terminal that a screen may use. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Two lines above and two below belong to the frame; the last row stays free, so that nothing scrolls. */
const FRAME_ROWS = 5;

/** Less has no room for the menu. */
const COLUMNS_MIN = 40;
const ROWS_MIN = 12;

/** Rows for what is inside the frame. */
export function innerRows({ rows }: Size): number {
  return Math.max(1, rows - FRAME_ROWS);
}

interface FrameProps {
  readonly size: Size;
  readonly title: string;
  readonly aside?: string;
  /** What the keys do here. */
  readonly keys: string;
  readonly children: ReactNode;
}

/** Title, content, keys: each screen has the same frame. */
export function Frame({ size, title, aside = '', keys, children }: FrameProps): ReactNode {
  const { columns, rows } = size;
  if (columns < COLUMNS_MIN || rows < ROWS_MIN) {
    return <Text>{cut(`Too small: ${COLUMNS_MIN} x ${ROWS_MIN} is needed`, columns)}</Text>;
  }
  const right = cut(aside, Math.max(0, columns - title.length - 2));
  const head = `${title}${right.padStart(Math.max(0, columns - title.length))}`;
  return (
    <Box flexDirection="column" height={size.rows - 1} width={columns}>
      <Text bold>{cut(head, columns)}</Text>
      <Text dimColor>{'-'.repeat(columns)}</Text>
      <Box flexDirection="column" height={innerRows(size)} overflow="hidden">
        {children}
      </Box>
      <Text dimColor>{'-'.repeat(columns)}</Text>
      <Text>{cut(keys, columns)}</Text>
    </Box>
  );
}

/** Lines that were fitted to the screen before. */
export function Lines({ lines }: { readonly lines: readonly Line[] }): ReactNode {
  return lines.map((line, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place on the screen.
    <OneLine key={index} line={line} />
  ));
}

function OneLine({ line }: { readonly line: Line }): ReactNode {
  const isColored = useContext(Colored);
  const text = line.text === '' ? ' ' : line.text;
  switch (line.tone) {
    case 'strong':
      return <Text bold>{text}</Text>;
    case 'warning':
      return <Text {...(isColored ? { color: 'yellow' } : {})}>{text}</Text>;
    case 'error':
      return (
        <Text bold {...(isColored ? { color: 'red' } : {})}>
          {text}
        </Text>
      );
    case 'faint':
      return <Text dimColor>{text}</Text>;
    default:
      return <Text>{text}</Text>;
  }
}
