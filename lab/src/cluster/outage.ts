import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { HeError } from '@hosted-engine/ports';
import type { Lab } from '../lab.js';

/** What a client saw that asked for the health page all the time. */
export interface OutageReport {
  /** The longest time between two good answers, in milliseconds: the pace of the questions is part of it. */
  readonly longestMs: number;
  readonly goodCount: number;
  readonly failedCount: number;
}

export interface OutageWatch {
  /** Ends the questions. An outage that goes on counts up to this moment. */
  stop(): Promise<OutageReport>;
}

/** Asks the engine's health page every 50 ms, whether or not the questions before were answered yet. */
export async function watchOutage(lab: Lab): Promise<OutageWatch> {
  const main = fileURLToPath(new URL('./outage-client.js', import.meta.url));
  const inSite = ['-t', String(lab.state.site.pid), '-n', '--'];
  const words = [...inSite, process.execPath, main, lab.network.engineAddress];
  const child = spawn('nsenter', words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done === true) throw new HeError('HE_FAILED', 'the client of the engine ended early');
    return line.value;
  };
  await nextLine();
  return {
    async stop() {
      child.stdin.end();
      return JSON.parse(await nextLine()) as OutageReport;
    },
  };
}
