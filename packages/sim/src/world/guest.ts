import type { VirtualClock } from './virtual-clock.js';

/** What is wrong with every engine, wherever it runs. */
export interface EngineTrouble {
  /** No restart helps. */
  isBroken: boolean;
  /** The service goes down and up by itself. */
  isFlappedDown: boolean;
}

/** One run of the engine VM: it moves with a migration and ends with its QEMU. */
export class Guest {
  readonly #clock: VirtualClock;
  readonly #trouble: EngineTrouble;
  readonly #bootS: number;
  readonly startedS: number;
  #readyS: number;
  isServiceUp = true;
  isHung = false;
  hasAgent = true;
  pause: 'io-error' | 'other' | undefined;
  /** libvirt gives the lease up with a pause, and takes it anew before the guest goes on. */
  hasLease = true;

  constructor(clock: VirtualClock, trouble: EngineTrouble, bootS: number) {
    this.#clock = clock;
    this.#trouble = trouble;
    this.#bootS = bootS;
    this.startedS = clock.nowS;
    this.#readyS = clock.nowS + bootS;
  }

  /** The operating system runs: the status is `Up` and no longer `Powering up`. */
  get isBooted(): boolean {
    return this.#clock.nowS >= this.startedS + this.#bootS / 3;
  }

  get isHealthy(): boolean {
    return (
      this.#clock.nowS >= this.#readyS &&
      this.isServiceUp &&
      !this.isHung &&
      this.pause === undefined &&
      !this.#trouble.isBroken &&
      !this.#trouble.isFlappedDown
    );
  }

  /** By its agent. Throws when there is none, or it does not answer. */
  restartService(): void {
    if (!this.hasAgent || this.isHung || this.pause !== undefined || !this.isBooted) {
      throw new Error('the guest agent does not answer');
    }
    this.isServiceUp = true;
    this.#readyS = this.#clock.nowS + this.#bootS / 2;
  }
}
