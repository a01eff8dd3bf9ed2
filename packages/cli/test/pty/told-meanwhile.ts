// A program that asks a question, and tells something as soon as somebody has begun to answer.
// Usage: node told-meanwhile.js hidden|shown

import { openTerminal } from '../../src/terminal/open-terminal.js';

const terminal = openTerminal(process, new AbortController().signal);
const answer = terminal.readLine?.('Path of the image: ', {
  isHidden: process.argv[2] === 'hidden',
});
process.stdin.once('data', () => setImmediate(() => terminal.write('[WARNING] It has changed\n')));
const line = await answer;
terminal.close();
process.stdout.write(`answer: ${line}\n`);
