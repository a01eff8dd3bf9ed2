// A host's membership in one lockspace of sanlock: joining, renewing, watching the others.

import type { LockspaceHost } from '@hosted-engine/ports';
import type { Profile } from './profile.js';
import { deadS, failS } from './profile.js';
import type { Random } from './random.js';
import type { DeltaRecord, SharedStorage, StoragePath } from './storage.js';
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
  #held: DeltaRecord | undefined;
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

  /** 0 before the id is ours. */
  get generation(): number {
    return this.#held?.generation ?? 0;
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

  /** Delta lease: a free id, or our own of before, is claimed at once; another's when it was still for long enough. */
  #join(): void {
    const { ownerName, profile, random, clock } = this.#options;
    this.#look((found) => {
      if (found === undefined || found.timestamp === 0 || found.ownerName === ownerName) {
        return this.#claim(found);
      }
      const waitS = deadS(profile) + random.between(0.1, 1) * profile.ioTimeoutS;
      this.#watchOwner(found, clock.nowS + waitS);
    });
  }

  #watchOwner(owner: DeltaRecord, untilS: number): void {
    const { hostId, profile, clock } = this.#options;
    const leftS = untilS - clock.nowS;
    clock.after(Math.min(Math.max(leftS, 0), profile.ioTimeoutS * 2), () =>
      this.#look((found) => {
        if (found !== owner && found?.timestamp !== 0) {
          return this.#refuse(`host id ${hostId} is used by another live host`);
        }
        if (found === owner && clock.nowS < untilS) return this.#watchOwner(owner, untilS);
        this.#claim(found);
      }),
    );
  }

  /** Writes the id down as ours, and has it when that stands there still: two may claim it in the same moment. */
  #claim(before: DeltaRecord | undefined): void {
    const { hostId, profile, random, clock } = this.#options;
    const beganS = clock.nowS;
    const claim = this.#record((before?.generation ?? 0) + 1);
    this.#operate('write', claim, (fault) => {
      if (this.state !== 'joining') return;
      if (fault !== undefined) return this.#refuse(fault);
      clock.after(random.between(2.1, 3) * profile.ioTimeoutS, () =>
        this.#look((found) => {
          if (found !== claim) return this.#refuse(`another host claims host id ${hostId}`);
          this.#held = claim;
          this.state = 'joined';
          this.#options.onJoined();
          this.#renewed(beganS);
        }),
      );
    });
  }

  #refuse(why: string): void {
    this.state = 'absent';
    this.#options.onRefused(why);
  }

  /** While joining: reads the record of our id. */
  #look(done: (found: DeltaRecord | undefined) => void): void {
    if (this.state !== 'joining') return;
    const { storage, name, hostId } = this.#options;
    this.#operate('read', undefined, (fault) => {
      if (this.state !== 'joining') return;
      if (fault !== undefined) return this.#refuse(fault);
      done(storage.delta(name, hostId));
    });
  }

  #record(generation: number): DeltaRecord {
    const { clock, ownerName, profile } = this.#options;
    const { ioTimeoutS } = profile;
    return { ownerName, generation, timestamp: clock.nowS + 1, ioTimeoutS };
  }

  /**
   * Given up after an io_timeout. What a renewal wrote lands all the same when the storage comes back, unless the
   * lockspace is gone by then: delta leases take for granted that a write of a former owner does not land later.
   */
  #operate(
    kind: 'read' | 'write',
    record: DeltaRecord | undefined,
    done: (fault: string | undefined) => void,
  ): void {
    const { path, machine, storage, clock, name, hostId, profile } = this.#options;
    let isOver = false;
    const end = (fault: string | undefined): void => {
      if (isOver || machine.isOff) return;
      isOver = true;
      deadline.cancel();
      done(fault);
    };
    const deadline = clock.after(profile.ioTimeoutS, () => end('Connection timed out'));
    path.operate(kind, machine, 0.002, (fault) => {
      const isOurs = this.state === 'joining' || this.state === 'joined';
      if (fault === undefined && isOurs && record !== undefined) {
        storage.setDelta(name, hostId, record);
      }
      end(fault);
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
    const { clock, profile, machine, storage, name, hostId, ownerName } = this.#options;
    if (this.state !== 'joined' || machine.isOff) return;
    const beganS = clock.nowS;
    const again = (): void => {
      this.#warned = clock.nowS - this.renewedS > 6 * profile.ioTimeoutS;
      clock.after(0.5, () => this.#renew());
    };
    // sanlock reads before it writes: another's record stays.
    const found = storage.delta(name, hostId);
    if (found?.ownerName !== ownerName || found.generation !== this.generation) {
      again();
      return;
    }
    const record = this.#record(this.generation);
    this.#operate('write', record, (fault) => {
      if (this.state !== 'joined') return;
      if (fault !== undefined) return again();
      this.#held = record;
      this.#renewed(beganS);
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
