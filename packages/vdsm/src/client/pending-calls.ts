import type { HeError } from '@hosted-engine/ports';
import { aborted } from './transport.js';

interface PendingCall {
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: Error) => void;
  readonly forget: () => void;
}

export interface Waiting {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly timedOut: () => HeError;
}

/** The calls that wait for an answer. Each settles exactly once and leaves no timer behind. */
export class PendingCalls {
  readonly #byId = new Map<string, PendingCall>();

  add(id: string, waiting: Waiting): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => this.reject(id, aborted());
      const timer = setTimeout(() => this.reject(id, waiting.timedOut()), waiting.timeoutMs);
      waiting.signal?.addEventListener('abort', onAbort);
      this.#byId.set(id, {
        resolve,
        reject,
        forget: () => {
          clearTimeout(timer);
          waiting.signal?.removeEventListener('abort', onAbort);
          this.#byId.delete(id);
        },
      });
    });
  }

  /** Unknown ids are ignored: their call timed out. */
  resolve(id: string, result: unknown): void {
    const call = this.#byId.get(id);
    call?.forget();
    call?.resolve(result);
  }

  reject(id: string, reason: Error): void {
    const call = this.#byId.get(id);
    call?.forget();
    call?.reject(reason);
  }

  rejectAll(reason: Error): void {
    for (const id of [...this.#byId.keys()]) this.reject(id, reason);
  }
}
