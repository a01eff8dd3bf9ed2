import { request } from 'node:http';
import { decodeResponse, encodeCall, XmlRpcError, type XmlRpcValue } from '@hosted-engine/formats';
import { HeError, messageOf } from '@hosted-engine/ports';
import { isErrno, notPermitted } from './host-files.js';

export const BROKER_SOCKET = '/run/ovirt-hosted-engine-ha/broker.socket';

const TIMEOUT_MS = 10_000;
const BODY_SIZE_MAX = 64 * 1024 * 1024;

/**
 * The HA daemon on this host, by its socket. HE_HA_UNREACHABLE when it does not answer in time;
 * HE_FAILED when it answers with a fault, whose text is the message.
 */
export interface Broker {
  /** Raw slots by host id, 0 for the global one; as the daemon last read them. */
  slots(): Promise<ReadonlyMap<number, Uint8Array>>;
  /** Host ids whose slot the daemon sees changing. */
  aliveHostIds(): Promise<ReadonlySet<number>>;
  writeGlobalSlot(slot: Uint8Array): Promise<void>;
}

export function createBrokerClient(socketPath: string): Broker {
  const call = async (method: string, params: readonly XmlRpcValue[]): Promise<XmlRpcValue> => {
    const response = await decode(await post(socketPath, encodeCall(method, params)));
    if (response.kind === 'value') return response.value;
    throw new HeError('HE_FAILED', `the HA daemon refused ${method}: ${response.message}`);
  };
  return {
    slots: async () => {
      const value = await call('get_stats', []);
      if (!isStruct(value)) throw badAnswer('get_stats gave no slots');
      return new Map(
        Object.entries(value).map(([id, slot]) => {
          if (!(slot instanceof Uint8Array)) throw badAnswer(`slot ${id} is not binary`);
          return [Number(id), slot];
        }),
      );
    },
    aliveHostIds: async () => {
      const value = await call('is_host_alive', []);
      if (!Array.isArray(value)) throw badAnswer('is_host_alive gave no list');
      return new Set(value.map(Number));
    },
    writeGlobalSlot: async (slot) => {
      await call('put_stats', [0, slot]);
    },
  };
}

function isStruct(value: XmlRpcValue): value is { readonly [id: string]: XmlRpcValue } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}

async function decode(body: string) {
  try {
    return decodeResponse(body);
  } catch (thrown) {
    if (thrown instanceof XmlRpcError) throw badAnswer(thrown.message);
    throw thrown;
  }
}

function badAnswer(why: string): HeError {
  return unreachable(`its answer cannot be understood (${why})`);
}

function unreachable(why: string, cause?: unknown): HeError {
  return new HeError('HE_HA_UNREACHABLE', `the hosted engine's HA daemon does not answer: ${why}`, {
    remedy: 'look at `systemctl status ovirt-ha-agent`, and start it',
    cause,
  });
}

function post(socketPath: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(body) };
    const call = request(
      { socketPath, path: '/RPC2', method: 'POST', headers, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > BODY_SIZE_MAX) call.destroy(new Error('the answer is too long'));
          chunks.push(chunk);
        });
        answer.on('error', (thrown) => reject(unreachable(thrown.message, thrown)));
        answer.on('end', () => {
          if (answer.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
          else reject(unreachable(`HTTP status ${answer.statusCode}`));
        });
      },
    );
    const timer = setTimeout(() => call.destroy(new Error('no answer in time')), TIMEOUT_MS);
    call.on('error', (thrown) =>
      reject(
        isErrno(thrown, 'EACCES') ? notPermitted(thrown) : unreachable(messageOf(thrown), thrown),
      ),
    );
    call.on('close', () => clearTimeout(timer));
    call.end(body);
  });
}
