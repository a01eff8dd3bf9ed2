import { type ReactNode, useState } from 'react';
import { type Beginning, FROM_THE_START } from '../deploy/typed-answers.js';
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

interface Attempt {
  readonly number: number;
  readonly configFiles: readonly string[];
  readonly beginning: Beginning;
}

/**
 * The set-up as forms: first what it begins with, then its questions as they come. Who goes back gets another run,
 * which is brought to the question before by the answers given so far: set-up itself only goes forward.
 */
export function Deploy({ host, size, signal, onRunning, leave }: DeployProps): ReactNode {
  const [attempt, setAttempt] = useState<Attempt>();
  if (attempt === undefined) {
    const begin = (configFiles: readonly string[]): void =>
      setAttempt({ number: 0, configFiles, beginning: FROM_THE_START });
    return <DeployStart host={host} size={size} leave={leave} begin={begin} />;
  }
  return (
    <DeployRun
      key={attempt.number}
      host={host}
      size={size}
      configFiles={attempt.configFiles}
      beginning={attempt.beginning}
      signal={signal}
      onRunning={onRunning}
      goBack={(beginning) => setAttempt({ ...attempt, number: attempt.number + 1, beginning })}
      leave={leave}
    />
  );
}
