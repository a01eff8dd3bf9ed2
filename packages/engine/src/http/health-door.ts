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
/** So old may a reply be: however often it is asked for, the database is asked once a second. */
const KEPT_MS = 1000;
/** Kept for so many different requests, none longer than this. */
const KEPT_MAX = 64;
const REQUEST_KEPT_MAX = 1000;

export interface DoorOptions {
  readonly answer: QuickAnswer;
  /** Who says nothing for one to two times that long is hung up on. */
  readonly silenceMs: number;
  /** Milliseconds that never go back. */
  readonly nowMs: () => number;
}

/**
 * Looks at what comes first on each connection of `server`. A whole GET that `answer` knows is answered, and the
 * connection closed; everything else goes on to `server` as it came.
 */
export function openDoor(server: Server, options: DoorOptions): Door {
  const replyTo = rememberReplies(options);
  const onward = server.listeners('connection');
  const silent = new Set<Socket>();
  let lately = new Set<Socket>();
  const sweep = setInterval(() => {
    for (const socket of silent) if (!lately.has(socket)) socket.destroy();
    lately = new Set();
  }, options.silenceMs);
  sweep.unref();

  function forget(this: Socket): void {
    silent.delete(this);
  }

  function look(this: Socket, first: Buffer): void {
    silent.delete(this);
    this.off('data', look);
    const reply = replyTo(first.toString('latin1'));
    if (reply !== undefined) {
      this.end(reply);
      return;
    }
    this.unshift(first);
    for (const listener of onward) listener.call(server, this);
  }

  function greet(socket: Socket): void {
    silent.add(socket);
    lately.add(socket);
    socket.on('error', forget);
    socket.on('close', forget);
    socket.on('data', look);
  }

  server.removeAllListeners('connection');
  server.on('connection', greet);
  return {
    close() {
      clearInterval(sweep);
      for (const socket of silent) socket.destroy();
    },
  };
}

/** The reply to a whole request, made anew each second; undefined when it is not the door's to answer. */
function rememberReplies({ answer, nowMs }: DoorOptions): (request: string) => Buffer | undefined {
  const replies = new Map<string, Buffer>();
  let staleMs = Number.NEGATIVE_INFINITY;
  return (request) => {
    if (nowMs() >= staleMs) {
      replies.clear();
      staleMs = nowMs() + KEPT_MS;
    }
    const kept = replies.get(request);
    if (kept !== undefined) return kept;
    const path = pathOf(request);
    const reply = path === undefined ? undefined : answer(path);
    if (reply === undefined) return undefined;
    const bytes = Buffer.from(textOf(reply));
    if (request.length <= REQUEST_KEPT_MAX && replies.size < KEPT_MAX) replies.set(request, bytes);
    return bytes;
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
