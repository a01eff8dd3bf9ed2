// Connections to libvirtd, each serving one call at a time, so that the error of a failed call is
// surely its own (native.ts N2) and a call that hangs takes only its own lane with it.
//
//   L1. A caller waits for a lane and its result until its deadline, then gets `timeout`. The call
//       itself goes on; its lane is free again when it returns, and closed if it died meanwhile.
//       No second step is begun after the deadline: a destroy that comes late could hit a new VM.
//   L2. At most `count` lanes exist: that bounds the pool threads that libvirt can hold.
//   L3. Calls without a deadline (starts) may use all lanes but one, so others always get through.

import { messageOf, VirtError } from '@hosted-engine/ports';
import { failureOf } from './errors.js';
import { type Handle, invoke, type LibvirtNative } from './native.js';

/** Two missed keepalives of five seconds after the first: a hung libvirtd is given up after 15 s. */
const KEEPALIVE_INTERVAL_S = 5;
const KEEPALIVE_COUNT = 2;

const CLOSED = 'the libvirt driver is closed';

export interface Lane {
  readonly connection: Handle;
  /** Throws once the caller's deadline has passed: nothing more may be asked for it then. */
  checkWanted(): void;
  /** Rejects with libvirt's own text for the call that just failed on this lane. */
  fail(what: string): Promise<never>;
}

export interface Lanes {
  /** `deadlineMs` undefined: no deadline. */
  run<T>(
    what: string,
    deadlineMs: number | undefined,
    work: (lane: Lane) => Promise<T>,
  ): Promise<T>;
  /** Calls that are in libvirt at this moment. */
  busyCount(): number;
  /** Opens a connection that is not a lane. Serialised with those of lanes. */
  open(): Promise<Handle>;
  /** Refuses further calls. Connections of hanging calls are left to the end of the process. */
  close(): Promise<void>;
}

interface Waiter {
  readonly unbounded: boolean;
  /** `undefined`: open one. */
  ready(connection: Handle | undefined): void;
  refuse(error: VirtError): void;
}

export function createLanes(native: LibvirtNative, uri: string, count: number): Lanes {
  const idle: Handle[] = [];
  const waiting: Waiter[] = [];
  let laneCount = 0;
  let unboundedCount = 0;
  let isClosed = false;
  let lastOpen: Promise<unknown> = Promise.resolve();

  function open(): Promise<Handle> {
    const opening = lastOpen.then(async () => {
      const opened = await native.open(uri);
      if (typeof opened !== 'bigint') {
        throw new VirtError('unreachable', `no connection to libvirt: ${opened.message}`);
      }
      await invoke<number>(native.c.setKeepAlive, opened, KEEPALIVE_INTERVAL_S, KEEPALIVE_COUNT);
      return opened;
    });
    lastOpen = opening.catch(() => undefined);
    return opening;
  }

  function isAlive(connection: Handle): Promise<boolean> {
    return invoke<number>(native.c.isAlive, connection).then((result) => result === 1);
  }

  function canTake(unbounded: boolean): boolean {
    return !unbounded || unboundedCount < count - 1;
  }

  /** Lets the next waiter have a lane, an idle one or (undefined) one to open. */
  function hand(): void {
    while (idle.length > 0 || laneCount < count) {
      const index = waiting.findIndex((waiter) => canTake(waiter.unbounded));
      const waiter = waiting.splice(index, index < 0 ? 0 : 1)[0];
      if (waiter === undefined) return;
      const connection = idle.pop();
      if (connection === undefined) laneCount++;
      if (waiter.unbounded) unboundedCount++;
      waiter.ready(connection);
    }
  }

  async function release(connection: Handle | undefined): Promise<void> {
    if (connection !== undefined && !isClosed && (await isAlive(connection))) {
      idle.push(connection);
    } else {
      laneCount--;
      if (connection !== undefined) await invoke(native.c.close, connection);
    }
    hand();
  }

  async function work<T>(
    what: string,
    given: Handle | undefined,
    unbounded: boolean,
    isAbandoned: () => boolean,
    body: (lane: Lane) => Promise<T>,
  ): Promise<T> {
    let connection = given;
    const checkWanted = () => {
      if (isAbandoned()) throw new VirtError('timeout', `${what}: given up`);
    };
    try {
      if (connection !== undefined && !(await isAlive(connection))) {
        await invoke(native.c.close, connection);
        connection = undefined;
      }
      connection ??= await open();
      checkWanted();
      const lane = connection;
      native.c.forgetError(lane);
      return await body({
        connection: lane,
        checkWanted,
        async fail(attempt) {
          const error = native.lastError(lane);
          const alive = await isAlive(lane);
          throw new VirtError(alive ? failureOf(error) : 'unreachable', error.message, {
            cause: new Error(`${attempt}: libvirt error ${error.code}`),
          });
        },
      });
    } catch (error) {
      if (error instanceof VirtError) throw error;
      throw new VirtError('refused', `${what}: ${messageOf(error)}`, { cause: error });
    } finally {
      if (unbounded) unboundedCount--;
      // Not awaited: the caller has its result. A failed close leaves nothing to do.
      release(connection).catch(() => undefined);
    }
  }

  return {
    open,
    busyCount: () => laneCount - idle.length,

    run(what, deadlineMs, body) {
      if (isClosed) return Promise.reject(new VirtError('unreachable', CLOSED));
      const unbounded = deadlineMs === undefined;
      let isAbandoned = false;
      return new Promise((resolve, reject) => {
        const waiter: Waiter = {
          unbounded,
          refuse: reject,
          ready: (given) => {
            work(what, given, unbounded, () => isAbandoned, body)
              .then(resolve, reject)
              .finally(() => clearTimeout(timer));
          },
        };
        const timer =
          deadlineMs === undefined
            ? undefined
            : setTimeout(() => {
                isAbandoned = true;
                const index = waiting.indexOf(waiter);
                if (index >= 0) waiting.splice(index, 1);
                reject(new VirtError('timeout', `${what}: no answer within ${deadlineMs} ms`));
              }, deadlineMs);
        waiting.push(waiter);
        hand();
      });
    },

    async close() {
      isClosed = true;
      for (const waiter of waiting.splice(0)) waiter.refuse(new VirtError('unreachable', CLOSED));
      await Promise.all(idle.splice(0).map((connection) => invoke(native.c.close, connection)));
    },
  };
}
