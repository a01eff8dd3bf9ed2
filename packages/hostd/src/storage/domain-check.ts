/**
 * The periodic look at a domain: reads its metadata past the page cache and measures the time.
 *
 *   M1. One check at a time. While one hangs, no other is begun: the last result stays, with
 *       `lastCheck` growing, and past the deadline the domain is no longer valid.
 *   M2. The file is opened anew each time: the metadata is replaced by rename, so that an open
 *       handle would go on reading what is no longer there.
 */
import {
  type Clock,
  type DirectIo,
  HeError,
  type Log,
  messageOf,
  OneAtATime,
} from '@hosted-engine/ports';
import { type RepoStats, VDSM_CODE, VdsmError } from '@hosted-engine/vdsm';
import { parseDomainMetadata } from './domain-metadata.js';

/** A domain that takes longer is unusable; the HA daemon draws the same line. */
const CHECK_DEADLINE_MS = 10_000;
const METADATA_SIZE = 4096;

export interface DomainCheckDeps {
  readonly directIo: DirectIo;
  readonly clock: Clock;
  readonly log: Log;
}

interface CheckResult {
  readonly code: number;
  readonly isValid: boolean;
}

export class DomainCheck {
  readonly #deps: DomainCheckDeps;
  readonly #sdUUID: string;
  readonly #findMetadata: (again: boolean) => Promise<string>;
  readonly #turn: OneAtATime;
  /** The last check failed with an answer, so the domain may lie elsewhere now. */
  #isMissing = false;
  /** When the last check ended, or monitoring began. */
  #endedAtS: number;
  #delayS = 0;
  #version = -1;
  #result: CheckResult = { code: 0, isValid: false };
  #isActual = false;

  constructor(
    deps: DomainCheckDeps,
    sdUUID: string,
    findMetadata: (again: boolean) => Promise<string>,
  ) {
    this.#deps = deps;
    this.#sdUUID = sdUUID;
    this.#findMetadata = findMetadata;
    this.#turn = new OneAtATime(deps.clock);
    this.#endedAtS = deps.clock.monotonicS();
  }

  /** Checks every `intervalMs` until `signal` aborts. */
  async repeat(intervalMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#once();
      await this.#deps.clock.sleep(intervalMs, signal);
    }
  }

  /** Everything but `acquired`, which is the host id's. */
  stats(): Omit<RepoStats, 'acquired'> {
    return {
      code: this.#result.code,
      lastCheck: (this.#deps.clock.monotonicS() - this.#endedAtS).toFixed(1),
      delay: this.#delayS.toFixed(6),
      valid: this.#result.isValid,
      version: this.#version,
      actual: this.#isActual,
    };
  }

  async #once(): Promise<void> {
    const { clock } = this.#deps;
    try {
      await this.#turn.run(`check of domain ${this.#sdUUID}`, CHECK_DEADLINE_MS, async () => {
        const { text, delayS } = await this.#read();
        this.#delayS = delayS;
        this.#version = Number(parseDomainMetadata(text).get('VERSION') ?? -1);
        // Also when it ends late: the storage answers again.
        this.#set({ code: 0, isValid: true });
        this.#endedAtS = clock.monotonicS();
        this.#isActual = true;
        this.#isMissing = false;
      });
    } catch (error) {
      this.#isActual = true;
      const isTimeout = error instanceof HeError && error.code === 'HE_STORAGE_TIMEOUT';
      // A check that hangs has not ended: its age goes on growing.
      if (!isTimeout) this.#endedAtS = clock.monotonicS();
      this.#isMissing = !isTimeout;
      const code = error instanceof VdsmError ? error.code : VDSM_CODE.storageGeneral;
      this.#set({ code, isValid: false }, messageOf(error));
    }
  }

  async #read(): Promise<{ readonly text: string; readonly delayS: number }> {
    const { clock, directIo } = this.#deps;
    const path = await this.#findMetadata(this.#isMissing);
    const beganS = clock.monotonicS();
    const file = await directIo.open(path, 'read', CHECK_DEADLINE_MS);
    try {
      const bytes = await file.read(0, METADATA_SIZE, CHECK_DEADLINE_MS);
      const delayS = clock.monotonicS() - beganS;
      return { text: Buffer.from(bytes).toString('utf8'), delayS };
    } finally {
      await file.close();
    }
  }

  #set(result: CheckResult, why = ''): void {
    const before = this.#result;
    this.#result = result;
    if (before.isValid === result.isValid && before.code === result.code) return;
    const fields = { domain: this.#sdUUID, code: result.code };
    if (result.isValid) this.#deps.log.info('domain is valid', fields);
    else this.#deps.log.warn(`domain became invalid: ${why}`, fields);
  }
}
