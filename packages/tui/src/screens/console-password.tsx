import { Text } from 'ink';
import { type ReactNode, useState } from 'react';
import { TextField } from '../field/text-field.js';
import { usePresses } from '../field/use-presses.js';
import { wrap } from '../text/fit.js';
import type { TuiHost } from '../tui-host.js';
import { Frame, Lines, type Size } from './frame.js';
import { errorText } from './maintenance.js';

type Phase =
  | { readonly kind: 'first'; readonly problem?: string }
  | { readonly kind: 'again'; readonly password: string }
  | { readonly kind: 'setting' }
  | { readonly kind: 'done'; readonly lines: readonly string[]; readonly isError: boolean };

interface ConsolePasswordProps {
  readonly host: TuiHost;
  readonly size: Size;
  leave(): void;
}

/** Sets a password for the console of the engine VM on this host, and says how to connect. */
export function ConsolePassword({ host, size, leave }: ConsolePasswordProps): ReactNode {
  const [phase, setPhase] = useState<Phase>({ kind: 'first' });
  usePresses((press) => {
    if (phase.kind === 'setting') return;
    if (press.kind === 'escape' || (phase.kind === 'done' && press.kind === 'return')) leave();
  });
  const set = async (password: string): Promise<void> => {
    setPhase({ kind: 'setting' });
    try {
      const lines = await host.setConsolePassword(password);
      setPhase({ kind: 'done', lines, isError: false });
    } catch (thrown) {
      setPhase({ kind: 'done', lines: [errorText(thrown)], isError: true });
    }
  };
  const confirm = (password: string, again: string): void => {
    if (password === again) void set(password);
    else setPhase({ kind: 'first', problem: 'Passwords do not match' });
  };
  const width = size.columns;
  const isDone = phase.kind === 'done';
  return (
    <Frame
      size={size}
      title="Console password of the engine VM"
      aside={host.hostname}
      keys={
        isDone ? 'Enter back' : phase.kind === 'setting' ? 'Please wait' : 'Enter go on   Esc back'
      }
    >
      {isDone ? (
        <Lines
          lines={phase.lines
            .flatMap((line) => wrap(line, width))
            .map((text) => ({ text, ...(phase.isError ? { tone: 'error' as const } : {}) }))}
        />
      ) : (
        <Lines lines={wrap(INTRODUCTION, width).map((text) => ({ text }))} />
      )}
      {phase.kind === 'first' ? (
        <>
          <Lines
            lines={
              phase.problem === undefined
                ? []
                : [{ text: `X Error: ${phase.problem}`, tone: 'error' }]
            }
          />
          <Text bold>Enter the password:</Text>
          <TextField
            key="first"
            width={width}
            isSecret
            onSubmit={(password) => {
              if (password === '') setPhase({ kind: 'first', problem: 'The password is empty' });
              else setPhase({ kind: 'again', password });
            }}
          />
        </>
      ) : undefined}
      {phase.kind === 'again' ? (
        <>
          <Text bold>Enter it again:</Text>
          <TextField
            key="again"
            width={width}
            isSecret
            onSubmit={(again) => confirm(phase.password, again)}
          />
        </>
      ) : undefined}
      {phase.kind === 'setting' ? <Text>Setting the password ...</Text> : undefined}
    </Frame>
  );
}

const INTRODUCTION =
  'A password for the graphical console of the engine VM, which must run on this host. It holds for two minutes; a connection made in that time stays. VNC counts only its first eight characters.\n ';
