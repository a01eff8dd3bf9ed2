import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { HeError } from '@hosted-engine/ports';

/** Asks on a terminal and reads one line; what is hidden is not echoed. CTRL-D rejects with HE_ABORTED. */
export function readTerminalLine(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
  prompt: string,
  isHidden: boolean,
): Promise<string> {
  output.write(prompt);
  // readline echoes by writing to its output: nothing arrives there for a hidden answer.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({
    input,
    output: isHidden ? silent : output,
    terminal: true,
    historySize: 0,
  });
  return new Promise((resolve, reject) => {
    let answer: string | undefined;
    lines.once('line', (line) => {
      answer = line;
      lines.close();
    });
    lines.once('SIGINT', () => lines.close());
    lines.once('close', () => {
      if (isHidden) output.write('\n');
      if (answer === undefined) reject(new HeError('HE_ABORTED', 'End of file'));
      else resolve(answer);
    });
  });
}
