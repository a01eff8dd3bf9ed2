/**
 * From the body of a request to the body of its answer. Each call runs on its own: none waits for
 * another, answers come in the order of completion, and a call goes on when its caller is gone.
 */
import { type Log, messageOf } from '@hosted-engine/ports';
import { bindParameters } from '../jsonrpc/bind-parameters.js';
import {
  faultAnswer,
  type Incoming,
  parseRequestBody,
  type RequestId,
  type RpcFault,
  type RpcRequest,
  resultAnswer,
  toAsciiJson,
} from '../jsonrpc/json-rpc.js';
import { VDSM_CODE, VdsmError } from '../vdsm-error.js';
import { PARAMETER_ORDER } from '../verbs/parameter-order.js';
import type { CallContext, VerbHandlers, VerbName } from '../verbs/verb-map.js';

type AnyHandler = (params: unknown, context: CallContext) => Promise<unknown>;

export class Dispatcher {
  readonly #handlers: Partial<VerbHandlers>;
  readonly #log: Log;
  readonly #callsMax: number;
  #calls = 0;

  constructor(handlers: Partial<VerbHandlers>, log: Log, callsMax: number) {
    this.#handlers = handlers;
    this.#log = log;
    this.#callsMax = callsMax;
  }

  /** The answer's text, or undefined when nothing is to be answered. It never rejects. */
  async answer(text: string, context: CallContext): Promise<string | undefined> {
    const { items, isBatch } = parseRequestBody(text);
    const answers = await Promise.all(items.map((item) => this.#answerOne(item, context)));
    const given = answers.filter((answer) => answer !== undefined);
    return isBatch && given.length > 0 ? `[${given.join(', ')}]` : given[0];
  }

  async #answerOne(item: Incoming, context: CallContext): Promise<string | undefined> {
    switch (item.kind) {
      case 'notification':
        // A real VDSM chokes on these; none of its verbs makes sense without an answer.
        this.#log.warn('notification ignored', { method: item.method });
        return undefined;
      case 'invalid':
        return toFaultText(item.id, item.fault);
      case 'request':
        return this.#call(item.request, context);
    }
  }

  async #call(request: RpcRequest, context: CallContext): Promise<string> {
    const { id, method } = request;
    if (this.#calls >= this.#callsMax) {
      this.#log.error('too many calls in progress', { method, calls: this.#calls });
      return toFaultText(id, {
        code: VDSM_CODE.notEnoughResources,
        message: 'Not enough resources',
      });
    }
    this.#calls += 1;
    try {
      const { handler, order } = this.#lookUp(method);
      const params = bindParameters(order, request.params);
      return toAsciiJson(resultAnswer(id, await handler(params, context)));
    } catch (thrown) {
      return toFaultText(id, this.#faultOf(thrown, method));
    } finally {
      this.#calls -= 1;
    }
  }

  #lookUp(method: string): { handler: AnyHandler; order: readonly string[] } {
    const handler = isVerbName(method) ? this.#handlers[method] : undefined;
    if (handler === undefined || !isVerbName(method)) {
      throw new VdsmError(
        VDSM_CODE.methodNotFound,
        `The method does not exist or is not available: ${method}`,
      );
    }
    // bindParameters gives the names and the required ones of this very verb; see VerbHandler.
    return { handler: handler as AnyHandler, order: PARAMETER_ORDER[method] };
  }

  #faultOf(thrown: unknown, method: string): { code: number; message: string } {
    if (thrown instanceof VdsmError) {
      this.#log.info('call refused', { method, code: thrown.code, reason: thrown.message });
      return { code: thrown.code, message: thrown.message };
    }
    this.#log.error('call failed', { method, reason: messageOf(thrown) });
    return {
      code: VDSM_CODE.internalError,
      message: `Internal JSON-RPC error: ${messageOf(thrown)}`,
    };
  }
}

function toFaultText(id: RequestId, fault: RpcFault): string {
  return toAsciiJson(faultAnswer(id, fault));
}

function isVerbName(method: string): method is VerbName {
  return Object.hasOwn(PARAMETER_ORDER, method);
}
