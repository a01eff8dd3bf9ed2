import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SmtpBehaviour } from './smtp-server.js';

export interface WebhookServer {
  readonly port: number;
  behaviour: SmtpBehaviour;
  readonly taken: { readonly headers: IncomingHttpHeaders; readonly body: string }[];
  close(): Promise<void>;
}

export async function startWebhookServer(): Promise<WebhookServer> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const { behaviour } = subject;
      if (behaviour === 'hang') return;
      if (behaviour === 'drop') request.socket.destroy();
      else if (behaviour === 'nonsense') request.socket.end('220 mail.lab.test ESMTP\r\n');
      else if (behaviour === 'refuse-now') response.writeHead(503).end();
      else if (behaviour === 'refuse-for-good') response.writeHead(403).end('go away');
      else {
        subject.taken.push({ headers: request.headers, body });
        response.writeHead(204).end();
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const subject: WebhookServer = {
    port: (server.address() as AddressInfo).port,
    behaviour: 'take',
    taken: [],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return subject;
}
