// What `hosted-engine` runs, bundled into one file by `npm run build`: Node takes longer to find and to link the
// modules of the whole program than a look at the state takes, which scripts ask for again and again.

import { BROKER_SOCKET, createBrokerClient } from '@hosted-engine/platform/broker-client';
import { quickStatus } from '../quick-status.js';

async function run(): Promise<void> {
  const text = await quickStatus(process.argv.slice(2), createBrokerClient(BROKER_SOCKET));
  if (text === undefined) {
    await import('../main.js');
    return;
  }
  // Whoever reads our output may go away first.
  process.stdout.on('error', () => undefined);
  process.stdout.write(text);
}

void run();
