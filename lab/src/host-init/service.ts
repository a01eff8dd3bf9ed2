import type { ChildProcess } from 'node:child_process';
import { isErrno } from '@hosted-engine/ports/errno';
import { spawnLine, unitEnvironment } from './launch.js';
import type { NotifyFields } from './notify-socket.js';
import type { Unit } from './unit-file.js';

/**
 * One service under the lab's manager, with systemd's life cycle for the keys that unit-file.ts
 * reads.
 *
 * Invariants:
 *   V1. At most one main process at a time; a new one starts only after the old one's exit is seen.
 *   V2. KillMode=process never signals anything but the main process (I7: QEMU and mount helpers,
 *       children of daemons, outlive them).
 *   V3. An operator's stop ends every pending restart.
 */

export type ServiceState = 'inactive' | 'activating' | 'active' | 'deactivating' | 'failed';
export type ServiceResult =
  | 'success'
  | 'exit-code'
  | 'signal'
  | 'watchdog'
  | 'timeout'
  | 'start-limit-hit';

export interface ServiceView {
  readonly state: ServiceState;
  readonly subState: string;
  readonly mainPid: number;
  readonly result: ServiceResult;
  readonly restarts: number;
  readonly statusText: string;
  readonly exitCode: number | undefined;
  readonly exitSignal: string | undefined;
}

export interface ServiceHost {
  readonly baseEnvironment: Readonly<Record<string, string>>;
  readonly logFolder: string;
  readonly notifySocketFor: (unit: string) => string;
  readonly log: (line: string) => void;
}

/** systemd's code for a program that could not be executed. */
const EXIT_EXEC = 203;
const CLEAN_SIGNALS: readonly string[] = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGPIPE'];

export class Service {
  readonly unit: Unit;
  readonly #host: ServiceHost;
  #state: ServiceState = 'inactive';
  #result: ServiceResult = 'success';
  #child: ChildProcess | undefined;
  #restartTimer: NodeJS.Timeout | undefined;
  #watchdogTimer: NodeJS.Timeout | undefined;
  #phaseTimer: NodeJS.Timeout | undefined;
  #restarts = 0;
  #statusText = '';
  #exit: { readonly code: number | undefined; readonly signal: string | undefined } | undefined;
  readonly #startTimes: number[] = [];
  readonly #waiters = new Set<() => void>();

  constructor(unit: Unit, host: ServiceHost) {
    this.unit = unit;
    this.#host = host;
  }

  view(): ServiceView {
    return {
      state: this.#state,
      subState: this.#subState(),
      mainPid: this.#child?.pid ?? 0,
      result: this.#result,
      restarts: this.#restarts,
      statusText: this.#statusText,
      exitCode: this.#exit?.code,
      exitSignal: this.#exit?.signal,
    };
  }

  #subState(): string {
    if (this.#restartTimer !== undefined) return 'auto-restart';
    if (this.#state === 'active') return this.#child === undefined ? 'exited' : 'running';
    if (this.#state === 'activating') return 'start';
    if (this.#state === 'deactivating') return 'stop-sigterm';
    return this.#state === 'failed' ? 'failed' : 'dead';
  }

  /** Resolves when the service is active; false when it failed or was stopped meanwhile. */
  async start(): Promise<boolean> {
    if (this.#state === 'deactivating') await this.#changed(() => this.#state !== 'deactivating');
    if (this.#state === 'active') return true;
    if (this.#state !== 'activating' || this.#restartTimer !== undefined) {
      this.#cancelRestart();
      this.#startTimes.length = 0;
      void this.#launch();
    }
    await this.#changed(() => this.#state !== 'activating' || this.#restartTimer !== undefined);
    return this.view().state === 'active';
  }

  /** Resolves when the main process is gone and no restart is pending. */
  async stop(): Promise<void> {
    this.#cancelRestart();
    const child = this.#child;
    if (child === undefined) {
      // A oneshot that remains after its exit has something to end all the same.
      if (this.#state === 'active') {
        this.#enter('deactivating');
        for (const line of this.unit.execStop) await this.#runToEnd(line, 0);
      }
      if (this.#state !== 'failed') this.#enter('inactive');
      return;
    }
    if (this.#state !== 'deactivating') {
      this.#enter('deactivating');
      this.#clearTimers();
      for (const line of this.unit.execStop) await this.#runToEnd(line, child.pid ?? 0);
      if (this.#child === child)
        this.#terminate(this.unit.killSignal, this.unit.stopTimeoutSeconds);
    }
    await this.#changed(() => this.#child === undefined);
  }

  /** Forgets a failure. */
  reset(): void {
    if (this.#state === 'failed') this.#enter('inactive');
    this.#startTimes.length = 0;
  }

  kill(signal: NodeJS.Signals, whom: 'main' | 'all'): boolean {
    const pid = this.#child?.pid;
    if (pid === undefined) return false;
    return signalPid(whom === 'all' ? -pid : pid, signal);
  }

  onNotify(fields: NotifyFields): void {
    const status = fields.get('STATUS');
    if (status !== undefined) this.#statusText = status;
    if (this.#child === undefined) return;
    if (fields.get('READY') === '1' && this.#state === 'activating') this.#becomeActive();
    if (fields.get('WATCHDOG') === '1') this.#armWatchdog();
  }

  async #launch(): Promise<void> {
    const now = performance.now() / 1000;
    const { intervalSeconds, burst } = this.unit.startLimit;
    while ((this.#startTimes[0] ?? now) < now - intervalSeconds) this.#startTimes.shift();
    if (this.#startTimes.length >= burst) {
      this.#fail('start-limit-hit');
      return;
    }
    this.#startTimes.push(now);
    this.#enter('activating');
    for (const line of this.unit.execStartPre) {
      const code = await this.#runToEnd(line, 0);
      if (this.#state !== 'activating') return;
      if (code !== 0 && !line.startsWith('-')) {
        this.#ended({ code, signal: undefined });
        return;
      }
    }
    this.#spawnMain();
  }

  #spawnMain(): void {
    const child = this.#spawn(this.unit.execStart, 0);
    this.#child = child;
    this.#statusText = '';
    this.#host.log(`${this.unit.name}: started, pid ${child.pid ?? 0}`);
    child.once('error', (error) => {
      this.#host.log(`${this.unit.name}: cannot start: ${error.message}`);
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#ended({ code: EXIT_EXEC, signal: undefined });
    });
    child.once('exit', (code, signal) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      if (this.unit.killMode === 'control-group' || this.unit.killMode === 'mixed') {
        signalPid(-(child.pid ?? 0), 'SIGKILL');
      }
      this.#ended({ code: code ?? undefined, signal: signal ?? undefined });
    });
    if (this.unit.type === 'simple') {
      this.#becomeActive();
      return;
    }
    this.#phaseTimer = after(this.unit.startTimeoutSeconds, () => {
      this.#host.log(`${this.unit.name}: start timed out`);
      this.#result = 'timeout';
      this.#terminate(this.unit.killSignal, this.unit.stopTimeoutSeconds);
    });
  }

  #becomeActive(): void {
    this.#clearTimers();
    this.#result = 'success';
    this.#enter('active');
    this.#armWatchdog();
  }

  #armWatchdog(): void {
    const seconds = this.unit.watchdogSeconds;
    if (seconds === undefined || this.#state !== 'active') return;
    clearTimeout(this.#watchdogTimer);
    this.#watchdogTimer = after(seconds, () => {
      this.#host.log(`${this.unit.name}: watchdog time-out (${seconds} s)`);
      this.#result = 'watchdog';
      this.#terminate('SIGABRT', this.unit.abortTimeoutSeconds);
    });
  }

  #terminate(signal: NodeJS.Signals, timeoutSeconds: number): void {
    const child = this.#child;
    const pid = child?.pid;
    if (pid === undefined) return;
    const everyone = this.unit.killMode === 'control-group';
    if (this.unit.killMode !== 'none') signalPid(everyone ? -pid : pid, signal);
    clearTimeout(this.#phaseTimer);
    this.#phaseTimer = after(timeoutSeconds, () => {
      if (this.#child !== child || !this.unit.finalKill) return;
      this.#host.log(`${this.unit.name}: still there after ${timeoutSeconds} s, killing`);
      signalPid(this.unit.killMode === 'process' ? pid : -pid, 'SIGKILL');
    });
  }

  #ended(exit: { readonly code: number | undefined; readonly signal: string | undefined }): void {
    this.#exit = exit;
    this.#clearTimers();
    const how = exit.signal ?? `code ${exit.code ?? '?'}`;
    this.#host.log(`${this.unit.name}: main process ended, ${how}`);
    if (this.#state === 'deactivating') {
      this.#result = 'success';
      this.#enter('inactive');
      return;
    }
    const clean = exit.signal === undefined ? exit.code === 0 : CLEAN_SIGNALS.includes(exit.signal);
    if (this.#result !== 'watchdog' && this.#result !== 'timeout') {
      this.#result = clean ? 'success' : exit.signal === undefined ? 'exit-code' : 'signal';
    }
    if (clean && this.unit.type === 'oneshot' && this.unit.remainAfterExit) {
      this.#enter('active');
      return;
    }
    if (this.#wantsRestart(clean)) this.#scheduleRestart();
    else if (this.#result === 'success') this.#enter('inactive');
    else this.#fail(this.#result);
  }

  #wantsRestart(clean: boolean): boolean {
    const result = this.#result;
    switch (this.unit.restart) {
      case 'no':
        return false;
      case 'always':
        return true;
      case 'on-success':
        return clean && result === 'success';
      case 'on-failure':
        return result !== 'success';
      case 'on-abnormal':
        return result === 'signal' || result === 'watchdog' || result === 'timeout';
    }
  }

  #scheduleRestart(): void {
    this.#restartTimer = after(this.unit.restartSeconds, () => {
      this.#restartTimer = undefined;
      this.#restarts += 1;
      this.#result = 'success';
      void this.#launch();
    });
    this.#enter('activating');
  }

  #fail(result: ServiceResult): void {
    this.#result = result;
    this.#host.log(`${this.unit.name}: failed (${result})`);
    this.#enter('failed');
  }

  #cancelRestart(): void {
    if (this.#restartTimer === undefined) return;
    clearTimeout(this.#restartTimer);
    this.#restartTimer = undefined;
    this.#enter('inactive');
  }

  #clearTimers(): void {
    clearTimeout(this.#watchdogTimer);
    clearTimeout(this.#phaseTimer);
  }

  #enter(state: ServiceState): void {
    this.#state = state;
    for (const wake of [...this.#waiters]) wake();
  }

  #changed(isDone: () => boolean): Promise<void> {
    if (isDone()) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        if (!isDone()) return;
        this.#waiters.delete(wake);
        resolve();
      };
      this.#waiters.add(wake);
    });
  }

  #spawn(line: string, mainPid: number): ChildProcess {
    const { unit } = this;
    const socket = unit.type === 'notify' ? this.#host.notifySocketFor(unit.name) : undefined;
    const environment = unitEnvironment(unit, this.#host.baseEnvironment, socket, mainPid);
    const logPath = `${this.#host.logFolder}/${unit.name.replace(/\.service$/, '')}.log`;
    return spawnLine(line, environment, unit, logPath);
  }

  #runToEnd(line: string, mainPid: number): Promise<number> {
    return new Promise((resolve) => {
      const child = this.#spawn(line, mainPid);
      child.once('error', () => resolve(EXIT_EXEC));
      child.once('exit', (code) => resolve(code ?? 1));
    });
  }
}

function after(seconds: number, act: () => void): NodeJS.Timeout | undefined {
  return Number.isFinite(seconds) ? setTimeout(act, seconds * 1000) : undefined;
}

/** @returns false when there is no such process. */
function signalPid(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (isErrno(error, 'ESRCH')) return false;
    throw error;
  }
}
