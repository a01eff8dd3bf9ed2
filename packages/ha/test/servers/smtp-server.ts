import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export type SmtpBehaviour =
  | 'take'
  | 'refuse-now'
  | 'refuse-for-good'
  /** Accepts the connection and says nothing. */
  | 'hang'
  /** Ends the connection in the middle of the message. */
  | 'drop'
  | 'nonsense';

export interface SmtpServer {
  readonly port: number;
  behaviour: SmtpBehaviour;
  /** What was taken, newest last. */
  readonly taken: SmtpMessage[];
  /** Connections now open. */
  connections(): number;
  close(): Promise<void>;
}

export interface SmtpMessage {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came, without the dots that SMTP adds. */
  readonly data: string;
}

/** RFC 5321 as far as a client that sends mail needs it. */
export async function startSmtpServer(): Promise<SmtpServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    converse(socket, subject);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const subject: SmtpServer = {
    port: (server.address() as AddressInfo).port,
    behaviour: 'take',
    taken: [],
    connections: () => sockets.size,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return subject;
}

function converse(socket: Socket, server: SmtpServer): void {
  const { behaviour } = server;
  if (behaviour === 'hang') return;
  const say = (line: string): void => void socket.write(`${line}\r\n`);
  say(behaviour === 'nonsense' ? 'HTTP/1.1 400 Bad Request' : '220 mail.lab.test ESMTP');
  let from = '';
  let to: string[] = [];
  let data: string[] | undefined;

  const command = (line: string): void => {
    const verb = line.slice(0, 4).toUpperCase();
    const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
    if (verb === 'EHLO' || verb === 'HELO') say('250 mail.lab.test');
    else if (verb === 'MAIL') {
      from = address;
      to = [];
      say('250 ok');
    } else if (verb === 'RCPT') {
      if (behaviour === 'refuse-now') say('450 mailbox busy');
      else if (behaviour === 'refuse-for-good') say('550 no such user');
      else {
        to.push(address);
        say('250 ok');
      }
    } else if (verb === 'DATA') {
      data = [];
      say('354 go on');
    } else if (verb === 'QUIT') {
      say('221 bye');
      socket.end();
    } else say('250 ok');
  };

  let rest = '';
  socket.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (data === undefined) command(line);
      else if (line !== '.') data.push(line.startsWith('.') ? line.slice(1) : line);
      else if (behaviour === 'drop') socket.destroy();
      else {
        server.taken.push({ from, to, data: data.join('\n') });
        data = undefined;
        say('250 taken');
      }
    }
  });
}
