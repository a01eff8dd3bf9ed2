import { connect } from 'node:net';
import type { Broker } from '@hosted-engine/ports';
import { isErrno, notPermitted } from '@hosted-engine/ports/errno';
import { HeError, messageOf } from '@hosted-engine/ports/he-error';
import { type Answer, badAnswer, unreachable } from './answer.js';

export const BROKER_SOCKET = '/run/ovirt-hosted-engine-ha/broker.socket';

const TIMEOUT_MS = 10_000;
const BODY_SIZE_MAX = 64 * 1024 * 1024;
/** A broker without our JSON: one of before, or the original. */
const WITHOUT_JSON: ReadonlySet<number> = new Set([404, 405, 501]);

/** @param timeoutMs for each exchange; state takes up to three with a broker that has no JSON */
export function createBrokerClient(socketPath: string, timeoutMs = TIMEOUT_MS): Broker {
  const send = (method: 'GET' | 'POST', path: string, body = ''): Promise<Answer> =>
    exchange({ socketPath, timeoutMs }, method, path, body);
  // XML is loaded only where it is needed: it costs more than all the rest.
  const xml = async () => {
    const { createXmlBroker } = await import('./xml-rpc.js');
    return createXmlBroker((body) => send('POST', '/RPC2', body));
  };
  return {
    async state() {
      const answer = await send('GET', '/state');
      if (WITHOUT_JSON.has(answer.status)) return (await xml()).state();
      const value = jsonOf(answer, 'its state');
      const { slots, alive } = value as { readonly slots?: unknown; readonly alive?: unknown };
      if (!isTextRecord(slots) || !Array.isArray(alive)) throw badAnswer('it has no slots');
      return {
        slots: new Map(
          Object.entries(slots).map(([id, text]) => {
            return [Number(id), new Uint8Array(Buffer.from(text, 'base64'))];
          }),
        ),
        alive: new Set(alive.map(Number)),
      };
    },
    async decision() {
      const answer = await send('GET', '/decision');
      if (WITHOUT_JSON.has(answer.status) || answer.body === '') return '';
      jsonOf(answer, 'its last decision');
      return answer.body;
    },
    async writeGlobalSlot(slot) {
      await (await xml()).writeGlobalSlot(slot);
    },
  };
}

function jsonOf({ status, body }: Answer, what: string): object {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (thrown) {
    throw badAnswer(messageOf(thrown));
  }
  if (typeof value !== 'object' || value === null) throw badAnswer('no JSON object');
  if (status === 200) return value;
  const fault = 'fault' in value ? String(value.fault) : `HTTP status ${status}`;
  throw new HeError('HE_FAILED', `the HA daemon refused to tell ${what}: ${fault}`);
}

function isTextRecord(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((member) => typeof member === 'string')
  );
}

/**
 * One exchange in HTTP 1.0, where the answer ends with the connection: its few lines cost a command a fifth of
 * what node:http does.
 */
function exchange(
  { socketPath, timeoutMs }: { readonly socketPath: string; readonly timeoutMs: number },
  method: 'GET' | 'POST',
  path: string,
  body: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const socket = connect(socketPath);
    const timer = setTimeout(() => socket.destroy(new Error('no answer in time')), timeoutMs);
    socket.on('connect', () => {
      const length = Buffer.byteLength(body);
      const type =
        method === 'GET' ? '' : `Content-Type: text/xml\r\nContent-Length: ${length}\r\n`;
      socket.write(`${method} ${path} HTTP/1.0\r\nHost: localhost\r\n${type}\r\n${body}`);
    });
    socket.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > BODY_SIZE_MAX) socket.destroy(new Error('the answer is too long'));
      chunks.push(chunk);
    });
    socket.on('error', (thrown) =>
      reject(
        isErrno(thrown, 'EACCES') ? notPermitted(thrown) : unreachable(messageOf(thrown), thrown),
      ),
    );
    socket.on('end', () => {
      const answer = answerOf(Buffer.concat(chunks).toString('utf8'));
      if (answer === undefined) reject(badAnswer('no HTTP, or cut off'));
      else resolve(answer);
    });
    socket.on('close', () => {
      clearTimeout(timer);
      // After `end` this changes nothing.
      reject(unreachable('it ended the connection'));
    });
  });
}

/** Undefined for what is no whole answer. */
function answerOf(text: string): Answer | undefined {
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(text) ?? [];
  const end = text.indexOf('\r\n\r\n');
  if (status === undefined || end === -1) return undefined;
  const body = text.slice(end + 4);
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1];
  if (length !== undefined && Buffer.byteLength(body) !== Number(length)) return undefined;
  return { status: Number(status), body };
}
