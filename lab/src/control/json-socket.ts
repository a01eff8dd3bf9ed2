import { mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { HeError, messageOf } from '@hosted-engine/ports';

/**
 * One request and one reply per connection, each a line of JSON: enough for a daemon of the lab
 * and its command. A refused request replies {"error": message}.
 */

const REQUEST_SIZE_MAX = 1024 * 1024;

function readLine(socket: Socket, onLine: (line: string) => void): void {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (piece: string) => {
    text += piece;
    const end = text.indexOf('\n');
    if (end >= 0) onLine(text.slice(0, end));
    else if (text.length > REQUEST_SIZE_MAX) socket.destroy();
  });
}

/** Serves requests on a Unix socket, replacing a stale socket file. */
export async function serveJson(
  path: string,
  answer: (request: unknown) => Promise<unknown>,
): Promise<Server> {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    readLine(socket, (line) => {
      const reply = async (): Promise<string> => {
        try {
          return JSON.stringify(await answer(JSON.parse(line)));
        } catch (error) {
          return JSON.stringify({ error: messageOf(error) });
        }
      };
      void reply().then((text) => socket.end(`${text}\n`));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return server;
}

/**
 * Sends one request. Rejects with HE_FAILED when nobody listens, the other side refuses, hangs up,
 * or stays silent for `timeoutMs`.
 */
export function requestJson(path: string, request: unknown, timeoutMs = 30_000): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let settled = false;
    const fail = (why: string): void => {
      if (settled) return;
      settled = true;
      socket.destroy();
      reject(new HeError('HE_FAILED', why));
    };
    const timer = setTimeout(() => fail(`${path}: no reply within ${timeoutMs} ms`), timeoutMs);
    socket.on('close', () => {
      clearTimeout(timer);
      fail(`${path}: closed without a reply`);
    });
    socket.on('error', (error) => fail(`${path}: ${error.message}`));
    readLine(socket, (line) => {
      if (settled) return;
      const reply = JSON.parse(line) as unknown;
      if (typeof reply === 'object' && reply !== null && 'error' in reply) {
        fail(String(reply.error));
        return;
      }
      settled = true;
      socket.destroy();
      resolve(reply);
    });
    socket.write(`${JSON.stringify(request)}\n`);
  });
}
