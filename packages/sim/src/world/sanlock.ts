// sanlock of one host, with its real timing (8 io_timeouts to the kill, the watchdog's time on top to the grant).

import type { LeaseOwner, LockspaceHost } from '@hosted-engine/ports';
import { Lockspace, type LockspaceOptions } from './lockspace.js';
import { deadS } from './profile.js';

/** Lockspace of the storage domain: the VM's lease lives here. */
export const DOMAIN = 'domain';
/** Lockspace that proves a host id (ha-daemon.md 2). */
export const HOSTED_ENGINE = 'hosted-engine';

export type AcquireResult =
  | { readonly kind: 'granted' }
  | { readonly kind: 'refused'; readonly why: string };

export type SanlockOptions = Omit<
  LockspaceOptions,
  'name' | 'onJoined' | 'onRefused' | 'onFailed'
> & {
  readonly note: (text: string) => void;
  /** Ends what holds a lease; true when nothing does any more. */
  readonly killHolders: () => boolean;
  /** The watchdog is not fed any more from `fromS` on, unless `isSettled` by the time it fires. */
  readonly armWatchdog: (fromS: number, isSettled: () => boolean) => void;
};

export class Sanlock {
  readonly #options: SanlockOptions;
  readonly #lockspaces = new Map<string, Lockspace>();
  isDead = false;

  constructor(options: SanlockOptions) {
    this.#options = options;
  }

  join(name: string): void {
    const present = this.#lockspaces.get(name);
    if (this.isDead || (present !== undefined && present.state !== 'absent')) return;
    const { note } = this.#options;
    const lockspace: Lockspace = new Lockspace({
      ...this.#options,
      name,
      onJoined: () => note(`joined lockspace ${name}, generation ${lockspace.generation}`),
      onRefused: (why) => note(`cannot join lockspace ${name}: ${why}`),
      onFailed: () => this.#failed(name, lockspace),
    });
    this.#lockspaces.set(name, lockspace);
  }

  state(name: string): 'joined' | 'joining' | 'absent' {
    const state = this.#lockspaces.get(name)?.state ?? 'absent';
    if (this.isDead) return 'absent';
    return state === 'failed' ? 'absent' : state;
  }

  /** Seconds since the domain's lockspace was renewed; undefined when it is not joined. */
  renewalAgeS(): number | undefined {
    const lockspace = this.#lockspaces.get(DOMAIN);
    if (lockspace === undefined || lockspace.generation === 0) return undefined;
    return this.#options.clock.nowS - lockspace.renewedS;
  }

  get generation(): number {
    return this.#lockspaces.get(DOMAIN)?.generation ?? 0;
  }

  hosts(): ReadonlyMap<number, LockspaceHost> | 'unknown' {
    const lockspace = this.#lockspaces.get(DOMAIN);
    return this.isDead || lockspace?.state !== 'joined' ? 'unknown' : lockspace.hosts();
  }

  owner(): LeaseOwner {
    const { lease } = this.#options.storage;
    return lease === undefined ? { kind: 'free' } : { kind: 'held', ...lease };
  }

  /** SIGKILL of the daemon: the watchdog's record of it stays, so the host is reset in time. */
  kill(): void {
    if (this.isDead) return;
    this.isDead = true;
    const joined = [...this.#lockspaces.values()].filter((space) => space.state === 'joined');
    const renewedS = Math.min(...joined.map((space) => space.renewedS));
    for (const lockspace of joined) lockspace.drop();
    if (joined.length === 0) return;
    this.#options.armWatchdog(renewedS + 8 * this.#options.profile.ioTimeoutS, () => false);
  }

  /** Leaves every lockspace in good order: the host id is free at once. */
  leaveAll(): void {
    for (const name of this.#lockspaces.keys()) this.leave(name);
  }

  leave(name: string): void {
    const { storage, hostId } = this.#options;
    const lockspace = this.#lockspaces.get(name);
    const record = storage.delta(name, hostId);
    if (lockspace?.state === 'joined' && record !== undefined) {
      storage.setDelta(name, hostId, { ...record, timestamp: 0 });
    }
    lockspace?.drop();
  }

  /**
   * Takes the VM's lease. Waits, looking once a second, while its owner is silent and not yet dead; gives up
   * at once when the owner is seen to live. `isWanted` turns false when the start was cancelled.
   */
  acquire(isWanted: () => boolean, done: (result: AcquireResult) => void): void {
    const { path, machine, clock } = this.#options;
    let watched: { readonly timestamp: number; readonly sinceS: number } | undefined;
    const look = (): void => {
      path.operate('write', machine, 0.01, (fault) => {
        if (!isWanted()) return;
        if (fault !== undefined) return done({ kind: 'refused', why: fault });
        const verdict = this.#tryAcquire(watched);
        if (verdict.kind !== 'wait') return done(verdict);
        watched ??= verdict.watch;
        clock.after(1, () => {
          if (isWanted()) look();
        });
      });
    };
    look();
  }

  #tryAcquire(
    watched: { readonly timestamp: number; readonly sinceS: number } | undefined,
  ):
    | AcquireResult
    | { readonly kind: 'wait'; readonly watch: { timestamp: number; sinceS: number } } {
    const { storage, hostId, clock, profile } = this.#options;
    const lockspace = this.#lockspaces.get(DOMAIN);
    if (this.isDead || lockspace?.state !== 'joined') {
      return { kind: 'refused', why: 'No space left on device: the lockspace is not joined' };
    }
    const owner = storage.lease;
    const grant = (): AcquireResult => {
      storage.lease = { hostId, generation: lockspace.generation };
      return { kind: 'granted' };
    };
    if (owner === undefined || owner.hostId === hostId) return grant();
    const record = storage.delta(DOMAIN, owner.hostId);
    // The owner left, or joined anew: what it held before is free for everyone.
    if (record === undefined || record.timestamp === 0 || record.generation > owner.generation) {
      return grant();
    }
    const live: AcquireResult = {
      kind: 'refused',
      why: 'Lease is held by another host, error -243',
    };
    const { isLive, liveS } = lockspace.lastLook(owner.hostId);
    if (watched === undefined && isLive) return live;
    if (watched !== undefined && watched.timestamp !== record.timestamp) return live;
    const watch = watched ?? { timestamp: record.timestamp, sinceS: liveS ?? clock.nowS };
    return clock.nowS - watch.sinceS > deadS(profile) ? grant() : { kind: 'wait', watch };
  }

  /** Gives the VM's lease back; on storage that does not answer it stays taken. */
  release(done: (isReleased: boolean) => void = () => undefined): void {
    const { path, machine, storage, hostId } = this.#options;
    const mine = storage.lease;
    path.operate('write', machine, 0.005, (fault) => {
      const isMine = storage.lease?.hostId === hostId && storage.lease === mine;
      if (fault === undefined && isMine) storage.lease = undefined;
      done(fault === undefined);
    });
  }

  #failed(name: string, lockspace: Lockspace): void {
    const { note, killHolders, armWatchdog, profile, clock, machine } = this.#options;
    note(`lockspace ${name} was not renewed for ${8 * profile.ioTimeoutS} s`);
    const isClear = (): boolean => name !== DOMAIN || killHolders();
    const settle = (): void => {
      if (machine.isOff || lockspace.state !== 'failed') return;
      if (isClear()) lockspace.drop();
      else clock.after(1, settle);
    };
    settle();
    if (lockspace.state === 'failed') {
      armWatchdog(lockspace.renewedS + 8 * profile.ioTimeoutS, () => lockspace.state !== 'failed');
    }
  }
}
