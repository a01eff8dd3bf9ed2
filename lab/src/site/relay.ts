import { mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';

/** Joins two streams until either ends or fails. */
export function joinSockets(a: Socket, b: Socket): void {
  a.on('error', () => b.destroy());
  b.on('error', () => a.destroy());
  a.on('close', () => b.destroy());
  b.on('close', () => a.destroy());
  a.pipe(b).pipe(a);
}

/**
 * The inner half of the forwarder: a Unix socket whose connections go to an address of the lab's
 * network. The engine keeps its address when it moves, so nothing here changes then.
 */
export async function serveRelay(path: string, address: string, port: number): Promise<Server> {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    joinSockets(incoming, connect({ host: address, port, allowHalfOpen: true }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return server;
}
