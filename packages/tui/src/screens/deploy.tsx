import { type ReactNode, useState } from 'react';
import type { TuiHost } from '../tui-host.js';
import { DeployRun } from './deploy-run.js';
import { DeployStart } from './deploy-start.js';
import type { Size } from './frame.js';

interface DeployProps {
  readonly host: TuiHost;
  readonly size: Size;
  /** Aborts when the whole program is to end. */
  readonly signal: AbortSignal;
  /** Told whether a run is going on, which has to be aborted before the program may end. */
  onRunning(abort: (() => void) | undefined): void;
  leave(): void;
}

/** The set-up as forms: first what it begins with, then its questions as they come. */
export function Deploy({ host, size, signal, onRunning, leave }: DeployProps): ReactNode {
  const [configFiles, setConfigFiles] = useState<readonly string[]>();
  return configFiles === undefined ? (
    <DeployStart host={host} size={size} leave={leave} begin={setConfigFiles} />
  ) : (
    <DeployRun
      host={host}
      size={size}
      configFiles={configFiles}
      signal={signal}
      onRunning={onRunning}
      leave={leave}
    />
  );
}
