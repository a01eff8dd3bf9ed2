// Talks to one host's daemon for as long as the engine manages the host: connects, reads its
// capabilities, then its statistics every few seconds; after a failure connects anew with back-off.

import type { Clock, Log } from '@hosted-engine/ports';
import { messageOf } from '@hosted-engine/ports';
import type { HostCapabilities, VdsmCaller } from '@hosted-engine/vdsm';
import type { HostRecord } from '../store/host-store.js';
import { answered, failed, type HostState, initialState } from './host-state.js';

/** A connection to a host daemon. */
export interface HostConnection {
  readonly caller: VdsmCaller;
  close(): Promise<void> | void;
}

/** Connects, bounded in time. Rejects with HE_HOSTD_UNREACHABLE, or HE_ABORTED with the signal. */
export type ConnectHost = (
  host: { readonly address: string; readonly port: number },
  signal: AbortSignal,
) => Promise<HostConnection>;

export interface HostMonitor {
  state(): HostState;
  /** Ends the conversation; resolves when nothing of it is left. */
  close(): Promise<void>;
}

export interface MonitorOptions {
  readonly connect: ConnectHost;
  readonly clock: Clock;
  readonly log: Log;
  /** Called once the capabilities are seen for the first time since the start. */
  readonly onUp: (capabilities: HostCapabilities) => void;
  /** Called after each attempt to talk to the host. */
  readonly onState: (state: HostState) => void;
  readonly statsEveryMs?: number;
}

/** oVirt's engine asks every 3 s; a host that is asked less often is found missing later. */
const STATS_EVERY_MS = 3_000;
/** Capabilities change seldom, but they do (HA deployed, memory added). */
const CAPABILITIES_EVERY_MS = 60_000;
const CALL_TIMEOUT_MS = 10_000;
const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 15_000;

/** Starts the conversation at once, in the background. */
export function startHostMonitor(host: HostRecord, options: MonitorOptions): HostMonitor {
  const abort = new AbortController();
  const { signal } = abort;
  const { clock, log } = options;
  let state = initialState(host.isInstalled);
  let wasUp = false;

  const note = (next: HostState): void => {
    if (next.status !== state.status) {
      log.info('host status', { host: host.name, from: state.status, to: next.status });
    }
    state = next;
    options.onState(state);
    if (!wasUp && next.capabilities !== undefined) {
      wasUp = true;
      options.onUp(next.capabilities);
    }
  };

  const converse = async (onAnswer: () => void): Promise<void> => {
    const connection = await options.connect({ address: host.address, port: host.port }, signal);
    try {
      let capabilitiesAtS = Number.NEGATIVE_INFINITY;
      while (!signal.aborted) {
        const call = { timeoutMs: CALL_TIMEOUT_MS, signal };
        if ((clock.monotonicS() - capabilitiesAtS) * 1000 >= CAPABILITIES_EVERY_MS) {
          const capabilities = await connection.caller.call('Host.getCapabilities', {}, call);
          capabilitiesAtS = clock.monotonicS();
          note(answered(state, { capabilities }));
          onAnswer();
        }
        note(answered(state, { stats: await connection.caller.call('Host.getStats', {}, call) }));
        await clock.sleep(options.statsEveryMs ?? STATS_EVERY_MS, signal);
      }
    } finally {
      await connection.close();
    }
  };

  const run = async (): Promise<void> => {
    let retryMs = RETRY_MS_MIN;
    while (!signal.aborted) {
      try {
        await converse(() => {
          retryMs = RETRY_MS_MIN;
        });
      } catch (error) {
        if (signal.aborted) return;
        const problem = messageOf(error);
        if (problem !== state.problem) {
          log.warn('host does not answer', { host: host.name, problem });
        }
        note(failed(state, problem, clock.monotonicS()));
      }
      await clock.sleep(retryMs, signal);
      retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
    }
  };

  const running = run();
  return {
    state: () => state,
    async close() {
      abort.abort();
      await running;
    },
  };
}
