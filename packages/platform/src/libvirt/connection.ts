// The connection that carries events. It is opened again for as long as the driver lives: libvirtd
// may restart at any time, and the VMs go on meanwhile (I7).

import { createFaultLog, type Log, messageOf, type VirtEvent } from '@hosted-engine/ports';
import { stopCauseOf, suspendReasonOf } from './domain-view.js';
import type { Lanes } from './lanes.js';
import { type Handle, invoke, type LibvirtNative } from './native.js';

/** How long a lost libvirtd is left alone before the next attempt, and a live one between looks. */
const RETRY_MS = 1000;

/** Values of virDomainEventType. */
const EVENT = {
  started: 2,
  suspended: 3,
  resumed: 4,
  stopped: 5,
  shutdown: 6,
  crashed: 8,
} as const;
const AGENT_CONNECTED = 1;

export interface EventConnection {
  readonly isUp: boolean;
  /** Resolves when the loops have ended. */
  close(): Promise<void>;
}

export function openEventConnection(
  native: LibvirtNative,
  lanes: Lanes,
  log: Log,
  emit: (event: VirtEvent) => void,
): EventConnection {
  const closing = new AbortController();
  let isUp = false;

  function lifecycle(vmId: string, event: number, detail: number): void {
    switch (event) {
      case EVENT.started:
        emit({ kind: 'started', vmId });
        return;
      case EVENT.suspended:
        emit({ kind: 'paused', vmId, reason: suspendReasonOf(detail) });
        return;
      case EVENT.resumed:
        emit({ kind: 'resumed', vmId });
        return;
      case EVENT.stopped:
        emit({ kind: 'stopped', vmId, cause: stopCauseOf(detail) });
        return;
      case EVENT.shutdown: {
        const by = detail === 1 ? 'guest' : detail === 2 ? 'host' : 'unknown';
        emit({ kind: 'shutdown', vmId, by });
        return;
      }
      default:
      // Defined, undefined, suspended to disk: nothing here follows from those.
    }
  }

  const handlers = native.registerHandlers({
    lifecycle,
    reboot: (vmId) => emit({ kind: 'rebooted', vmId }),
    ioError: (vmId, device, reason) => emit({ kind: 'io-error', vmId, device, reason }),
    agent: (vmId, state) => emit({ kind: 'agent', vmId, connected: state === AGENT_CONNECTED }),
  });

  async function runLoop(): Promise<void> {
    while (!closing.signal.aborted) {
      if ((await native.runLoopOnce()) < 0) await pause(RETRY_MS, closing.signal);
    }
  }

  /** Serves one connection until it is lost; resolves with the reason. */
  async function serve(): Promise<string> {
    const connection: Handle = await lanes.open();
    try {
      if (!(await native.subscribe(connection, handlers))) {
        return native.lastError(connection).message;
      }
      isUp = true;
      emit({ kind: 'connection', up: true, reason: 'connected' });
      while (!closing.signal.aborted) {
        if ((await invoke<number>(native.c.isAlive, connection)) !== 1) return 'connection lost';
        await pause(RETRY_MS, closing.signal);
      }
      return 'closed';
    } finally {
      await invoke(native.c.close, connection);
    }
  }

  async function supervise(): Promise<void> {
    const fault = createFaultLog(log);
    while (!closing.signal.aborted) {
      let reason: string;
      const wasUp = () => isUp;
      try {
        reason = await serve();
      } catch (error) {
        reason = messageOf(error);
      }
      // The end of a connection that stood is always news.
      if (wasUp()) fault.works();
      fault.fails(`libvirt: ${reason}`);
      if (wasUp()) {
        isUp = false;
        emit({ kind: 'connection', up: false, reason });
      }
      await pause(RETRY_MS, closing.signal);
    }
  }

  const loops = Promise.all([runLoop(), supervise()]);
  loops.catch((error: unknown) => log.error(`libvirt: event loop ended: ${messageOf(error)}`));

  return {
    get isUp() {
      return isUp;
    },
    async close() {
      closing.abort();
      native.wakeLoop();
      await loops;
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
