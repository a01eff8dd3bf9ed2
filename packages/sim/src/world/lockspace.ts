// A host's membership in one lockspace of sanlock: joining, renewing, watching the others.

import type { LockspaceHost } from '@hosted-engine/ports';
import type { Profile } from './profile.js';
import { deadS, failS } from './profile.js';
import type { Random } from './random.js';
import type { SharedStorage, StoragePath } from './storage.js';
import type { Timer, VirtualClock } from './virtual-clock.js';

export interface LockspaceOptions {
  readonly name: string;
  readonly hostId: number;
  readonly ownerName: string;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly profile: Profile;
  readonly storage: SharedStorage;
  readonly path: StoragePath;
  readonly machine: { readonly isOff: boolean };
  /** Host ids that may exist. */
  readonly hostIds: () => readonly number[];
  readonly onJoined: () => void;
  /** The id could not be taken. */
  readonly onRefused: (why: string) => void;
  /** Not renewed for 8 io_timeouts: whoever holds a lease must go. */
  readonly onFailed: () => void;
}

/** What this host saw of another one's renewals, by its own clock. */
interface Watch {
  timestamp: number;
  generation: number;
  checkedS: number;
  firstSeenS: number;
  /** When a renewal was seen last; undefined when none was. */
  liveS: number | undefined;
}

export class Lockspace {
  readonly #options: LockspaceOptions;
  readonly #watches = new Map<number, Watch>();
  state: 'joining' | 'joined' | 'failed' | 'absent' = 'joining';
  generation = 0;
  /** When the last renewal that succeeded began. */
  renewedS = 0;
  #warned = false;
  #failTimer: Timer | undefined;

  constructor(options: LockspaceOptions) {
    this.#options = options;
    this.#join();
  }

  /** Ends without a word on storage: sanlock died, or dropped the lockspace. */
  drop(): void {
    this.state = 'absent';
    this.#failTimer?.cancel();
  }

  get isWarned(): boolean {
    return this.#warned;
  }

  /** sanlock's judgement of the hosts that it has seen in this lockspace. */
  hosts(): ReadonlyMap<number, LockspaceHost> {
    const { profile, clock } = this.#options;
    const all = new Map<number, LockspaceHost>();
    for (const [id, watch] of this.#watches) {
      const { generation } = watch;
      if (watch.timestamp === 0) {
        all.set(id, { state: 'free', generation });
        continue;
      }
      const silentS = clock.nowS - (watch.liveS ?? watch.firstSeenS);
      if (silentS >= deadS(profile)) all.set(id, { state: 'dead', generation });
      else if (watch.liveS === undefined) all.set(id, { state: 'unknown', generation });
      else if (silentS < failS(profile)) all.set(id, { state: 'live', generation });
      else all.set(id, { state: 'fail', generation, deadInS: deadS(profile) - silentS });
    }
    return all;
  }

  /** When a renewal of that host was seen last, and whether the last look saw one. */
  lastLook(hostId: number): { readonly liveS: number | undefined; readonly isLive: boolean } {
    const watch = this.#watches.get(hostId);
    return {
      // The first look counts as a renewal: the wait for a silent owner begins there.
      liveS: watch?.liveS ?? watch?.firstSeenS,
      isLive: watch?.liveS !== undefined && watch.liveS === watch.checkedS,
    };
  }

  /** Delta lease: a free id, or our own of before, after watching it for a while; another's once it is dead. */
  #join(): void {
    const { storage, name, hostId, ownerName, profile, random, clock } = this.#options;
    this.#look((fault) => {
      if (fault !== undefined) return this.#refuse(fault);
      const found = storage.delta(name, hostId);
      const isOurs = found === undefined || found.timestamp === 0 || found.ownerName === ownerName;
      const waitS = isOurs
        ? random.between(2.1, 3) * profile.ioTimeoutS
        : deadS(profile) + random.between(0.1, 1) * profile.ioTimeoutS;
      this.#watchId(found?.timestamp, clock.nowS + waitS);
    });
  }

  #watchId(timestamp: number | undefined, untilS: number): void {
    const { storage, name, hostId, ownerName, profile, clock } = this.#options;
    const leftS = untilS - clock.nowS;
    clock.after(Math.min(Math.max(leftS, 0), profile.ioTimeoutS * 2), () => {
      if (this.state !== 'joining') return;
      this.#look((fault) => {
        if (fault !== undefined) return this.#refuse(fault);
        const found = storage.delta(name, hostId);
        const changed = found !== undefined && found.timestamp !== timestamp;
        if (changed && found.timestamp !== 0 && found.ownerName !== ownerName) {
          return this.#refuse(`host id ${hostId} is used by another live host`);
        }
        if (clock.nowS < untilS) return this.#watchId(timestamp, untilS);
        this.generation = (found?.generation ?? 0) + 1;
        this.#write((writeFault) => {
          if (writeFault !== undefined) return this.#refuse(writeFault);
          this.state = 'joined';
          this.#options.onJoined();
          this.#renewed(clock.nowS);
        });
      });
    });
  }

  #refuse(why: string): void {
    if (this.state !== 'joining') return;
    this.state = 'absent';
    this.#options.onRefused(why);
  }

  #look(done: (fault: string | undefined) => void): void {
    const { path, machine } = this.#options;
    path.operate('read', machine, 0.002, (fault) => {
      if (this.state === 'joining') done(fault);
    });
  }

  #write(done: (fault: string | undefined) => void): void {
    const { path, machine, storage, clock, name, hostId, ownerName, profile } = this.#options;
    const beganS = clock.nowS;
    path.operate('write', machine, 0.002, (fault) => {
      if (this.state === 'absent' || this.state === 'failed') return;
      if (fault === undefined) {
        storage.setDelta(name, hostId, {
          ownerName,
          generation: this.generation,
          timestamp: beganS + 1,
          ioTimeoutS: profile.ioTimeoutS,
        });
      }
      done(fault);
    });
  }

  #renewed(atS: number): void {
    const { clock, profile, random } = this.#options;
    this.renewedS = atS;
    this.#warned = false;
    this.#watchOthers();
    this.#failTimer?.cancel();
    this.#failTimer = clock.after(atS + failS(profile) + random.between(0, 1) - clock.nowS, () =>
      this.#fail(),
    );
    const nextS = atS + 2 * profile.ioTimeoutS * random.between(1, 1.05) - clock.nowS;
    clock.after(nextS, () => this.#renew());
  }

  #renew(): void {
    const { clock, profile } = this.#options;
    if (this.state !== 'joined' || this.#options.machine.isOff) return;
    const beganS = clock.nowS;
    let isOver = false;
    const again = (pauseS: number): void => {
      isOver = true;
      this.#warned = clock.nowS - this.renewedS > 6 * profile.ioTimeoutS;
      clock.after(pauseS, () => this.#renew());
    };
    const deadline = clock.after(profile.ioTimeoutS, () => {
      if (!isOver) again(0.5);
    });
    this.#write((fault) => {
      if (isOver || this.state !== 'joined') return;
      deadline.cancel();
      if (fault === undefined) {
        isOver = true;
        this.#renewed(beganS);
      } else again(0.5);
    });
  }

  #fail(): void {
    if (this.state !== 'joined' || this.#options.machine.isOff) return;
    this.state = 'failed';
    this.#options.onFailed();
  }

  /** With each own renewal sanlock reads all ids of the lockspace. */
  #watchOthers(): void {
    const { storage, name, clock } = this.#options;
    for (const id of this.#options.hostIds()) {
      const record = storage.delta(name, id);
      if (record === undefined) continue;
      const { timestamp, generation } = record;
      const watch = this.#watches.get(id);
      if (watch === undefined) {
        const own = id === this.#options.hostId ? clock.nowS : undefined;
        this.#watches.set(id, {
          timestamp,
          generation,
          checkedS: clock.nowS,
          firstSeenS: clock.nowS,
          liveS: own,
        });
        continue;
      }
      watch.checkedS = clock.nowS;
      if (watch.timestamp !== timestamp || watch.generation !== generation) {
        watch.timestamp = timestamp;
        watch.generation = generation;
        watch.liveS = clock.nowS;
      }
    }
  }
}
