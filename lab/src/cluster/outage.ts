import { askEngine, HEALTH_PATH, HEALTHY } from './engine-client.js';

/** What a client saw that asked for the health page all the time. */
export interface OutageReport {
  /** The longest time between two good answers, in milliseconds: the pace of the questions is part of it. */
  readonly longestMs: number;
  readonly goodCount: number;
  readonly failedCount: number;
}

export interface OutageWatch {
  /** Ends the questions. An outage that goes on counts up to this moment. */
  stop(): OutageReport;
}

const PACE_MS = 50;
/** A question that was lost with the old host's switch port must not hide that the next one is answered. */
const PATIENCE_MS = 1000;
/** A slow engine must not be held down by the questions of a client that has given up waiting. */
const OPEN_MAX = 12;

/** Asks the engine's health page every 50 ms, whether or not the questions before were answered yet. */
export function watchOutage(httpSocket: string): OutageWatch {
  let lastGoodMs = performance.now();
  let longestMs = 0;
  let goodCount = 0;
  let failedCount = 0;
  let open = 0;

  async function ask(): Promise<void> {
    if (open >= OPEN_MAX) return;
    open += 1;
    try {
      const request = { path: HEALTH_PATH, timeoutMs: PATIENCE_MS };
      const { status, body } = await askEngine(httpSocket, request);
      if (status !== 200 || body.trim() !== HEALTHY) throw new Error(body);
      goodCount += 1;
      note();
    } catch {
      failedCount += 1;
    } finally {
      open -= 1;
    }
  }

  function note(): void {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastGoodMs);
    lastGoodMs = nowMs;
  }

  const timer = setInterval(() => void ask(), PACE_MS);
  return {
    stop() {
      clearInterval(timer);
      note();
      return { longestMs, goodCount, failedCount };
    },
  };
}
