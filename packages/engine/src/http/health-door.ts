// The health page on the bare connection, ahead of Node's HTTP server: every host asks for it all the time, and
// right after a migration, when an emulated CPU meets all its code anew, a third less of it is to be met.

import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type HttpReply, headersOf } from './exchange.js';

/** The reply to a GET of this path, or undefined: then the HTTP server answers. */
export type QuickAnswer = (path: string) => HttpReply | undefined;

export interface Door {
  /** Ends the connections on which nothing was asked yet. */
  close(): void;
}

const METHOD = 'GET ';
const VERSION = ' HTTP/1.';
const HEAD_END = '\r\n\r\n';

/**
 * Looks at what comes first on each connection of `server`. A whole GET that `answer` knows is answered, and the
 * connection closed; everything else goes on to `server` as it came. `silenceMs`: who says nothing for one to two
 * times that long is hung up on.
 */
export function openDoor(server: Server, answer: QuickAnswer, silenceMs: number): Door {
  const onward = server.listeners('connection');
  const silent = new Set<Socket>();
  let lately = new Set<Socket>();
  const sweep = setInterval(() => {
    for (const socket of silent) if (!lately.has(socket)) socket.destroy();
    lately = new Set();
  }, silenceMs);
  sweep.unref();

  function passOn(socket: Socket, first: Buffer): void {
    socket.unshift(first);
    for (const listener of onward) listener.call(server, socket);
  }

  function look(socket: Socket): void {
    silent.add(socket);
    lately.add(socket);
    const forget = (): void => void silent.delete(socket);
    socket.once('error', forget);
    socket.once('close', forget);
    socket.once('data', (first: Buffer) => {
      silent.delete(socket);
      const path = pathOf(first.toString('latin1'));
      const reply = path === undefined ? undefined : answer(path);
      if (reply === undefined) passOn(socket, first);
      else socket.end(textOf(reply));
    });
  }

  server.removeAllListeners('connection');
  server.on('connection', look);
  return {
    close() {
      clearInterval(sweep);
      for (const socket of silent) socket.destroy();
    },
  };
}

/** Of a GET whose head is complete. */
function pathOf(text: string): string | undefined {
  if (!text.startsWith(METHOD) || !text.endsWith(HEAD_END)) return undefined;
  const end = text.indexOf(VERSION, METHOD.length);
  return end < 0 ? undefined : text.slice(METHOD.length, end);
}

function textOf(reply: HttpReply): string {
  const { status } = reply;
  const text = reply.body.toString();
  const headers = headersOf(reply, Buffer.byteLength(text));
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (const name in headers) head += `${name}: ${headers[name] ?? ''}\r\n`;
  return `${head}date: ${new Date().toUTCString()}\r\nconnection: close\r\n\r\n${text}`;
}
