import { HeError, messageOf } from '@hosted-engine/ports/he-error';
import { Text } from 'ink';
import { type ReactNode, useState } from 'react';
import { Choice } from '../field/choice.js';
import { usePresses } from '../field/use-presses.js';
import { wrap } from '../text/fit.js';
import { MAINTENANCE_MODES, type MaintenanceMode, type TuiHost } from '../tui-host.js';
import { Frame, innerRows, Lines, type Size } from './frame.js';
import { presentMode } from './status-lines.js';
import { useLook } from './use-look.js';

const MEANINGS: Readonly<Record<MaintenanceMode, string>> = {
  global: 'global: no host starts, stops or moves the engine VM',
  local: 'local:  this host does not run the engine VM',
  none: 'none:   the hosts take care of the engine VM, this one too',
};

type Phase =
  | { readonly kind: 'choosing' }
  | { readonly kind: 'setting'; readonly mode: MaintenanceMode }
  /** Nobody can take the engine VM over: whether to stop it. */
  | { readonly kind: 'forcing'; readonly why: string }
  | { readonly kind: 'done'; readonly text: string; readonly isError: boolean };

interface MaintenanceProps {
  readonly host: TuiHost;
  readonly size: Size;
  leave(): void;
}

export function Maintenance({ host, size, leave }: MaintenanceProps): ReactNode {
  const look = useLook(host);
  const [phase, setPhase] = useState<Phase>({ kind: 'choosing' });
  const set = async (mode: MaintenanceMode, isForced: boolean): Promise<void> => {
    setPhase({ kind: 'setting', mode });
    try {
      await host.setMaintenance(mode, isForced);
      setPhase({ kind: 'done', text: `The maintenance mode is now: ${mode}.`, isError: false });
    } catch (thrown) {
      if (thrown instanceof HeError && thrown.code === 'HE_NO_TARGET') {
        setPhase({ kind: 'forcing', why: messageOf(thrown) });
      } else {
        setPhase({ kind: 'done', text: errorText(thrown), isError: true });
      }
    }
  };
  usePresses((press) => {
    if (phase.kind === 'setting') return;
    if (press.kind === 'escape' || (phase.kind === 'done' && press.kind === 'return')) leave();
  });
  const width = size.columns;
  const mode = look === undefined ? undefined : presentMode(look);
  return (
    <Frame size={size} title="Maintenance" aside={host.hostname} keys={KEYS[phase.kind]}>
      <Text>{`Now: ${look === undefined ? '...' : (mode ?? 'unknown')}`}</Text>
      <Text> </Text>
      {phase.kind === 'choosing' && look !== undefined ? (
        <Choice
          items={MAINTENANCE_MODES.map((candidate) => MEANINGS[candidate])}
          initial={MAINTENANCE_MODES.indexOf(mode ?? 'none')}
          rows={innerRows(size) - 2}
          width={width}
          look="radio"
          onSubmit={(index) => void set(MAINTENANCE_MODES[index] ?? 'none', false)}
        />
      ) : undefined}
      {phase.kind === 'setting' ? <Text>{`Setting ${phase.mode} ...`}</Text> : undefined}
      {phase.kind === 'forcing' ? (
        <>
          <Lines lines={wrap(forcingText(phase.why), width).map((text) => ({ text }))} />
          <Choice
            items={[
              'No: leave everything as it is',
              'Yes: stop the engine VM if it cannot be moved',
            ]}
            initial={0}
            rows={2}
            width={width}
            look="radio"
            onSubmit={(index) => (index === 0 ? leave() : void set('local', true))}
          />
        </>
      ) : undefined}
      {phase.kind === 'done' ? (
        <Lines
          lines={wrap(phase.text, width).map((text) => ({
            text,
            ...(phase.isError ? { tone: 'error' as const } : {}),
          }))}
        />
      ) : undefined}
    </Frame>
  );
}

const KEYS: Readonly<Record<Phase['kind'], string>> = {
  choosing: 'Up/Down choose   Enter set   Esc back',
  setting: 'Please wait',
  forcing: 'Up/Down choose   Enter answer   Esc back',
  done: 'Enter back',
};

function forcingText(why: string): string {
  const sentence = `${why.slice(0, 1).toUpperCase()}${why.slice(1)}.`;
  return `${sentence}\nStop the engine VM for the maintenance of this host?`;
}

/** What went wrong, and what to do about it. */
export function errorText(thrown: unknown): string {
  const remedy = thrown instanceof HeError ? thrown.remedy : undefined;
  return [`Error: ${messageOf(thrown)}`, ...(remedy === undefined ? [] : [`${remedy}.`])].join(
    '\n',
  );
}
