import { useApp } from 'ink';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { usePresses } from './field/use-presses.js';
import { ConsolePassword } from './screens/console-password.js';
import { Deploy } from './screens/deploy.js';
import type { Size } from './screens/frame.js';
import { Home, type Place } from './screens/home.js';
import { Maintenance } from './screens/maintenance.js';
import { Status } from './screens/status.js';
import type { TuiHost } from './tui-host.js';

const CLEAR = '\u001b[2J\u001b[H';

interface AppProps {
  readonly host: TuiHost;
  readonly output: NodeJS.WriteStream;
  /** Aborts when the program is to end, as by a signal. */
  readonly signal: AbortSignal;
}

/** Which screen is shown. A run of the set-up is never left behind: leaving aborts it, and waits for its undoing. */
export function App({ host, output, signal }: AppProps): ReactNode {
  const { exit } = useApp();
  const size = useSize(output);
  const [place, setPlace] = useState<Place>();
  const [from, setFrom] = useState<Place>();
  const abortRun = useRef<() => void>(undefined);
  const isEnding = useRef(false);
  const end = (): void => {
    isEnding.current = true;
    if (abortRun.current === undefined) exit();
    else abortRun.current();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signal aborts once.
  useEffect(() => {
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    return () => signal.removeEventListener('abort', end);
  }, [signal]);
  usePresses((press) => {
    if (press.kind !== 'ctrl' || press.letter !== 'c') return;
    // In a run CTRL-C aborts that run, and its end is there to be read.
    if (abortRun.current === undefined) exit();
    else abortRun.current();
  });
  const leave = (): void => {
    setFrom(place);
    setPlace(undefined);
  };
  const shared = { host, size, leave };
  switch (place) {
    case 'status':
      return <Status {...shared} />;
    case 'maintenance':
      return <Maintenance {...shared} />;
    case 'console':
      return <ConsolePassword {...shared} />;
    case 'deploy':
      return (
        <Deploy
          {...shared}
          signal={signal}
          onRunning={(abort) => {
            abortRun.current = abort;
            if (abort === undefined && isEnding.current) exit();
          }}
        />
      );
    case undefined:
    case 'leave':
      return (
        <Home
          host={host}
          size={size}
          from={from}
          go={(next) => (next === 'leave' ? exit() : setPlace(next))}
        />
      );
  }
}

/** A terminal that does not tell its size is taken for the smallest usual one. */
function sizeOf({ columns, rows }: NodeJS.WriteStream): Size {
  return { columns: columns > 0 ? columns : 80, rows: rows > 0 ? rows : 24 };
}

function useSize(output: NodeJS.WriteStream): Size {
  const [size, setSize] = useState(() => sizeOf(output));
  useEffect(() => {
    const take = (): void => {
      // What was drawn for another size is wrapped and shifted by now: it cannot be drawn over.
      output.write(CLEAR);
      setSize(sizeOf(output));
    };
    output.on('resize', take);
    return () => {
      output.off('resize', take);
    };
  }, [output]);
  return size;
}
