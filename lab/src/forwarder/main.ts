import { connect, createServer, type Server } from 'node:net';
import { SITE_RELAY_HTTP, SITE_RELAY_HTTPS } from '../paths.js';
import { identify, isAlive } from '../proc/process-identity.js';
import { joinSockets } from '../site/relay.js';

// The outer half of the forwarder: 127.0.0.1 of this machine to the site's relay sockets.
// argv: pid of the site, http port, https port (0: any free one). Prints the ports as JSON.
// It ends by itself when the site does.

const SITE_CHECK_MS = 1000;

const [sitePid = 0, httpPort = 0, httpsPort = 0] = process.argv.slice(2).map(Number);
const site = identify(sitePid);
if (site === undefined) throw new Error(`there is no process ${sitePid}`);

async function forward(port: number, socketPath: string): Promise<Server> {
  const target = `/proc/${sitePid}/root${socketPath}`;
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    joinSockets(incoming, connect({ path: target, allowHalfOpen: true }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const http = await forward(httpPort, SITE_RELAY_HTTP);
const https = await forward(httpsPort, SITE_RELAY_HTTPS);
process.stdout.write(`${JSON.stringify({ httpPort: portOf(http), httpsPort: portOf(https) })}\n`);

setInterval(() => {
  if (!isAlive(site)) process.exit(0);
}, SITE_CHECK_MS);
