import { once } from 'node:events';
import { createConnection, createServer, type Server } from 'node:net';
import { HeError } from '@hosted-engine/ports';
import { isErrno } from '@hosted-engine/ports/errno';
import type { RunLock } from '@hosted-engine/setup';

/** In the abstract name space: the kernel takes it back with the process, so it is never stale. */
const NAME = '\0hosted-engine-setup';

/** The holder listens, and tells whoever comes second its process id. */
export function createRunLock(name = NAME): RunLock {
  return {
    acquire: async () => {
      const server = createServer((socket) => {
        socket.on('error', () => socket.destroy());
        socket.end(`${process.pid}\n`);
      });
      server.unref();
      try {
        server.listen(name);
        await once(server, 'listening');
      } catch (thrown) {
        if (!isErrno(thrown, 'EADDRINUSE')) throw thrown;
        throw new HeError(
          'HE_ALREADY_RUNNING',
          `another deployment is running on this host (process ${await holderOf(name)})`,
          { remedy: 'wait until it has ended' },
        );
      }
      return { release: () => close(server) };
    },
  };
}

async function holderOf(name: string): Promise<string> {
  const socket = createConnection(name);
  socket.setTimeout(1000, () => socket.destroy());
  let text = '';
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) text += chunk.toString('latin1');
  } catch {
    // It may have ended just now.
  }
  return /^\d+\n$/.test(text) ? text.trim() : 'unknown';
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
