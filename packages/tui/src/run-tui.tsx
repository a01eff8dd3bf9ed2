import { render } from 'ink';
import { App } from './app.js';
import { Colored } from './screens/frame.js';
import type { TuiHost } from './tui-host.js';

/** Another page of the terminal, so that what was on it before is there again afterwards. */
const ENTER_PAGE = '\u001b[?1049h\u001b[H';
const LEAVE_PAGE = '\u001b[?1049l';

export interface TuiTerminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** False: no colours, whatever the terminal can do. */
  readonly isColored: boolean;
}

/** Shows the text UI until it is left, or `signal` aborts. Both streams must be terminals. */
export async function runTui(
  host: TuiHost,
  { input, output, isColored }: TuiTerminal,
  signal: AbortSignal,
): Promise<void> {
  output.write(ENTER_PAGE);
  try {
    const app = render(
      <Colored value={isColored}>
        <App host={host} output={output} signal={signal} />
      </Colored>,
      {
        stdin: input,
        stdout: output,
        exitOnCtrlC: false,
        patchConsole: false,
      },
    );
    await app.waitUntilExit();
  } finally {
    output.write(LEAVE_PAGE);
  }
}
