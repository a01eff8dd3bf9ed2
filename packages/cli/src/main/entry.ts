// What `hosted-engine` runs, bundled into one file by `npm run build`: Node takes longer to find and to link the
// modules of the whole program than a look at the state takes, which scripts ask for again and again.

import { writeSync } from 'node:fs';
import { BROKER_SOCKET, createBrokerClient } from '@hosted-engine/platform/broker-client';
import { quickStatus } from '../quick-status.js';
import { tellLostOutput } from '../terminal/lost-output.js';

const STDOUT = 1;

async function run(): Promise<void> {
  const text = await quickStatus(process.argv.slice(2), createBrokerClient(BROKER_SOCKET));
  if (text === undefined) {
    await import('../main.js');
    return;
  }
  print(Buffer.from(text));
}

/** Written without a stream and left at once: to make the one and to take all down takes a tenth of the whole. */
function print(bytes: Buffer): void {
  let done = 0;
  try {
    while (done < bytes.length) done += writeSync(STDOUT, bytes, done);
  } catch {
    // A pipe that is full and does not wait, a reader that went away, a full disk: a stream tells which.
    tellLostOutput(process);
    process.stdout.write(bytes.subarray(done));
    return;
  }
  process.exit();
}

void run();
