import {
  decodeResponse,
  encodeCall,
  XmlRpcError,
  type XmlRpcValue,
} from '@hosted-engine/formats/xml-rpc';
import type { Broker } from '@hosted-engine/ports';
import { HeError } from '@hosted-engine/ports/he-error';
import { type Answer, badAnswer } from './answer.js';

/** The part of the broker's protocol that the original speaks as well (ha-daemon.md 9). */
export function createXmlBroker(
  post: (body: string) => Promise<Answer>,
): Pick<Broker, 'state' | 'writeGlobalSlot'> {
  const call = async (method: string, params: readonly XmlRpcValue[]): Promise<XmlRpcValue> => {
    const { status, body } = await post(encodeCall(method, params));
    if (status !== 200) throw badAnswer(`HTTP status ${status}`);
    const response = decode(body);
    if (response.kind === 'value') return response.value;
    throw new HeError('HE_FAILED', `the HA daemon refused ${method}: ${response.message}`);
  };
  return {
    async state() {
      const [stats, alive] = [await call('get_stats', []), await call('is_host_alive', [])];
      if (!isStruct(stats)) throw badAnswer('get_stats gave no slots');
      if (!Array.isArray(alive)) throw badAnswer('is_host_alive gave no list');
      const slots = new Map(
        Object.entries(stats).map(([id, slot]) => {
          if (!(slot instanceof Uint8Array)) throw badAnswer(`slot ${id} is not binary`);
          return [Number(id), slot];
        }),
      );
      return { slots, alive: new Set(alive.map(Number)) };
    },
    async writeGlobalSlot(slot) {
      await call('put_stats', [0, slot]);
    },
  };
}

function decode(body: string) {
  try {
    return decodeResponse(body);
  } catch (thrown) {
    if (thrown instanceof XmlRpcError) throw badAnswer(thrown.message);
    throw thrown;
  }
}

function isStruct(value: XmlRpcValue): value is { readonly [id: string]: XmlRpcValue } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}
