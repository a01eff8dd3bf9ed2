import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isErrno } from '@hosted-engine/ports/errno';

/**
 * Hands out the lab's boot folder to machines that boot from the network: its files by their names, and pieces
 * of `disk` in MiB: `/disk?start=S&count=C`. Listens on the gateway's address alone, inside the site.
 */

const MIB = 1024 ** 2;
const PORT = 80;

export async function serveBootFolder(folder: string, address: string): Promise<void> {
  const server = createServer((request, response) => {
    answer(folder, request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(PORT, address, resolve);
  });
}

async function answer(
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://boot');
  const name = pathname.slice(1);
  const path = join(folder, name);
  const size = /^[\w.-]+$/.test(name) ? await sizeOf(path) : undefined;
  process.stdout.write(`${new Date().toISOString()} boot: ${request.url} ${size ?? 'absent'}\n`);
  if (size === undefined) {
    response.writeHead(404).end();
    return;
  }
  const count = Number(searchParams.get('count') ?? '0');
  const start = count === 0 ? 0 : Number(searchParams.get('start')) * MIB;
  const end = count === 0 ? size : Math.min(size, start + count * MIB);
  response.writeHead(200, { 'content-length': end - start });
  if (request.method === 'HEAD' || end <= start) response.end();
  else await pipeline(createReadStream(path, { start, end: end - 1 }), response);
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? stats.size : undefined;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Which MiB of a sparse file hold anything but zeros, in runs. */
export async function usedExtents(
  path: string,
): Promise<readonly { readonly start: number; readonly count: number }[]> {
  const runs: { start: number; count: number }[] = [];
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const piece = Buffer.alloc(MIB);
    const zeros = Buffer.alloc(MIB);
    for (let start = 0; start * MIB < size; start += 1) {
      const { bytesRead } = await file.read(piece, 0, MIB, start * MIB);
      if (piece.subarray(0, bytesRead).equals(zeros.subarray(0, bytesRead))) continue;
      const last = runs.at(-1);
      if (last !== undefined && last.start + last.count === start) last.count += 1;
      else runs.push({ start, count: 1 });
    }
  } finally {
    await file.close();
  }
  return runs;
}
