import { Text } from 'ink';
import { type ReactNode, useState } from 'react';
import { Choice } from '../field/choice.js';
import { TextField } from '../field/text-field.js';
import { usePresses } from '../field/use-presses.js';
import { wrap } from '../text/fit.js';
import type { TuiHost } from '../tui-host.js';
import { Frame, Lines, type Size } from './frame.js';
import { useLook } from './use-look.js';

interface DeployStartProps {
  readonly host: TuiHost;
  readonly size: Size;
  begin(configFiles: readonly string[]): void;
  leave(): void;
}

const INTRODUCTION =
  'The set-up asks what it has to know, checks each answer, and shows all of them before anything is changed. It finds out by itself whether this is the first host or joins others.\n ';

/** With or without answers from a file. */
export function DeployStart({ host, size, begin, leave }: DeployStartProps): ReactNode {
  const look = useLook(host);
  const [asksFile, setAsksFile] = useState(false);
  usePresses((press) => {
    if (press.kind !== 'escape') return;
    if (asksFile) setAsksFile(false);
    else leave();
  });
  const deployed =
    look?.deployment.kind === 'deployed'
      ? [`This host is deployed already, as host ${look.deployment.hostId}.`, '']
      : [];
  const lines = [...deployed, INTRODUCTION].flatMap((text) => wrap(text, size.columns));
  return (
    <Frame
      size={size}
      title="Deploy this host"
      aside={host.hostname}
      keys={asksFile ? 'Enter begin   Esc back' : 'Up/Down choose   Enter go on   Esc back'}
    >
      <Lines lines={lines.map((text) => ({ text }))} />
      {asksFile ? (
        <>
          <Text bold>Path of the answer file:</Text>
          <TextField
            width={size.columns}
            isSecret={false}
            onSubmit={(path) => {
              if (path.trim() !== '') begin([path.trim()]);
            }}
          />
        </>
      ) : (
        <Choice
          items={['Ask everything', 'Take answers from a file, and ask for the rest', 'Back']}
          initial={0}
          rows={3}
          width={size.columns}
          look="menu"
          onSubmit={(index) => {
            if (index === 0) begin([]);
            else if (index === 1) setAsksFile(true);
            else leave();
          }}
        />
      )}
    </Frame>
  );
}
