import {
  boundedEngineStatus,
  type EngineStatus,
  encodeHostSlot,
  engineStatusOf,
  type Machine,
  type Observation,
  type Score,
} from '@hosted-engine/core';
import { type Clock, type Log, messageOf, type Whiteboard } from '@hosted-engine/ports';

export interface PublisherOptions {
  readonly whiteboard: Whiteboard;
  readonly hostId: number;
  readonly hostname: string;
  readonly clock: Clock;
  readonly log: Log;
  /** While false nothing is written: the slot may be another host's (I8). */
  readonly ownsHostId: () => boolean;
  /** Monotonic and wall seconds of the last good refresh of vm.conf; 0 for never. */
  readonly vmConfRefresh: () => { readonly monotonicS: number; readonly wallS: number };
}

/** Writes this host's slot, and only this one (I8). */
export interface Publisher {
  /** Never waits: while a write is under way only the newest slot is kept for after it. */
  publish(what: {
    readonly machine: Machine;
    readonly seen: Observation;
    readonly score: Score;
  }): void;
  /** Says good-bye: score 0, stopped. Waits for the write, bounded by the whiteboard's deadline. */
  publishLast(what: { readonly machine: Machine; readonly seen: Observation }): Promise<void>;
}

export function createPublisher(options: PublisherOptions): Publisher {
  const { whiteboard, hostId, clock, log } = options;
  let underWay: Promise<void> | undefined;
  let newest: Uint8Array | undefined;
  let fault = '';

  function slotOf(machine: Machine, seen: Observation, score: number): Uint8Array {
    const refresh = options.vmConfRefresh();
    const wallS = clock.wallMs() / 1000;
    const timeout =
      machine.deadlineS === undefined
        ? {}
        : { timeoutWallS: wallS + machine.deadlineS - seen.nowS };
    return encodeHostSlot({
      hostId,
      timestampS: seen.nowS,
      timestampWallS: wallS,
      score,
      engineStatus: boundedEngineStatus(statusOf(machine, seen)),
      hostname: options.hostname,
      localMaintenance: seen.localMaintenance,
      stopped: machine.name === 'AgentStopped',
      confOnSharedStorage: true,
      vmConfRefreshS: refresh.monotonicS,
      vmConfRefreshWallS: refresh.wallS,
      state: machine.name,
      ...timeout,
    });
  }

  async function writeAll(): Promise<void> {
    // Asked before each: what waits behind a write that hangs may be for an id that is lost by then.
    while (newest !== undefined && options.ownsHostId()) {
      const bytes = newest;
      newest = undefined;
      try {
        await whiteboard.writeSlot(hostId, bytes);
        tell('');
      } catch (error) {
        tell(`the slot of this host cannot be written: ${messageOf(error)}`);
      }
    }
    newest = undefined;
    underWay = undefined;
  }

  function tell(text: string): void {
    if (text === fault) return;
    if (text === '') log.info('the slot of this host can be written again');
    else log.warn(text);
    fault = text;
  }

  async function write(bytes: Uint8Array): Promise<void> {
    if (!options.ownsHostId()) return;
    newest = bytes;
    underWay ??= writeAll();
    await underWay;
  }

  return {
    publish: ({ machine, seen, score }) => void write(slotOf(machine, seen, score.total)),
    publishLast: ({ machine, seen }) => write(slotOf(machine, seen, 0)),
  };
}

function statusOf(machine: Machine, seen: Observation): EngineStatus {
  const wentDown = machine.memory.wasUp || machine.name === 'EngineUnexpectedlyDown';
  return engineStatusOf(seen.vm, seen.health, wentDown);
}
