import { isErrno, messageOf } from '@hosted-engine/ports';
import { levelLine } from './dialect.js';

/**
 * What a command printed and nobody got makes it fail, whatever it did: a script must not take an empty file for
 * an answer. A reader that went away, such as `head`, or a terminal that did, wanted no more.
 */
export function tellLostOutput(process: NodeJS.Process): void {
  const { stdout, stderr } = process;
  stdout.on('error', (error) => {
    if (isErrno(error, 'EPIPE') || (stdout.isTTY && isErrno(error, 'EIO'))) return;
    stderr.write(levelLine('ERROR', `the output cannot be written: ${messageOf(error)}`));
    process.exitCode ||= 1;
  });
}
