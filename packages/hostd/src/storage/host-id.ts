/**
 * Keeps this host's id in a domain's lockspace: joins in the background, again after each failure,
 * and notices when sanlock has lost it (H1). The id is given back only when asked to (I7).
 *
 *   H1. sanlock's word is asked for every few seconds; a silent daemon changes nothing of what was
 *       known, a missing one means that the id is lost.
 *   H2. Joining is asynchronous in sanlock: with an id that another host holds it goes on for
 *       minutes and then fails without a word. So the id's record on storage is watched meanwhile:
 *       one that is renewed by another is a mistake that only people can mend, and they are told.
 */
import {
  type Clock,
  createFaultLog,
  type DirectIo,
  LeaseError,
  type LeaseManager,
  type LockspaceArea,
  type Log,
  messageOf,
} from '@hosted-engine/ports';

export interface HostIdDeps {
  readonly leases: LeaseManager;
  readonly directIo: DirectIo;
  readonly clock: Clock;
  readonly log: Log;
  readonly ioTimeoutS: number;
}

/** Asked often while joining, as the engine VM waits for it. */
const JOINING_POLL_MS = 500;
const RETRY_MS = 5000;
const READ_DEADLINE_MS = 5000;

export class HostId {
  readonly #deps: HostIdDeps;
  readonly #sdUUID: string;
  readonly #hostId: number;
  readonly #find: () => Promise<LockspaceArea | undefined>;
  #isAcquired = false;
  #isLost = false;
  #takenBy: string | undefined;
  /** The id's record before the attempt to join that is under way. */
  #recordBefore: HostIdRecord | undefined;

  /**
   * `find` locates the lockspace, and may fail while the storage is away; undefined for a domain
   * without one (LOCALFS), whose ids are always ours.
   */
  constructor(
    deps: HostIdDeps,
    sdUUID: string,
    hostId: number,
    find: () => Promise<LockspaceArea | undefined>,
  ) {
    this.#deps = deps;
    this.#sdUUID = sdUUID;
    this.#hostId = hostId;
    this.#find = find;
  }

  get isAcquired(): boolean {
    return this.#isAcquired;
  }

  /**
   * sanlock said at its last answer that this host does not hold the id. Not the opposite of `isAcquired`, which
   * is false too while nobody knows: before the first answer, and while the daemon is missing (I5).
   */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** The name of the host that holds this id, when joining failed because of it. */
  get takenBy(): string | undefined {
    return this.#takenBy;
  }

  /** Runs until `signal` aborts. */
  async keep(signal: AbortSignal): Promise<void> {
    const { clock, log, ioTimeoutS } = this.#deps;
    const heldPollMs = Math.min(10, Math.max(1, ioTimeoutS)) * 1000;
    const fault = createFaultLog(log);
    while (!signal.aborted) {
      let pauseMs = JOINING_POLL_MS;
      try {
        pauseMs = await this.#look(heldPollMs, signal);
        fault.works();
      } catch (error) {
        if (error instanceof LeaseError && error.code === 'UNREACHABLE') {
          this.#isAcquired = false;
          this.#isLost = false;
        }
        fault.fails(`host id: ${messageOf(error)}`, this.#fields());
        pauseMs = RETRY_MS;
      }
      await clock.sleep(pauseMs, signal);
    }
  }

  /** One look, and a step towards holding the id; the pause until the next. */
  async #look(heldPollMs: number, signal: AbortSignal): Promise<number> {
    const { lockspaces } = this.#deps.leases;
    const area = await this.#find();
    const state = area === undefined ? 'joined' : await lockspaces.state(area, this.#hostId);
    if (area === undefined || state === 'joined') {
      if (!this.#isAcquired) this.#deps.log.info('host id acquired', this.#fields());
      this.#isAcquired = true;
      this.#isLost = false;
      this.#takenBy = undefined;
      this.#recordBefore = undefined;
      return heldPollMs;
    }
    if (this.#isAcquired) this.#deps.log.error('host id lost', this.#fields());
    this.#isAcquired = false;
    this.#isLost = true;
    if (state === 'joining') {
      await this.#watchRecord(area);
      return JOINING_POLL_MS;
    }
    if (this.#recordBefore !== undefined) {
      this.#recordBefore = undefined;
      this.#deps.log.warn('joining the lockspace has failed', this.#fields());
      return RETRY_MS;
    }
    const before = await this.#readRecord(area);
    if (signal.aborted) return RETRY_MS;
    this.#recordBefore = before;
    await lockspaces.join(area, this.#hostId, this.#deps.ioTimeoutS);
    return JOINING_POLL_MS;
  }

  /**
   * The holder from before our attempt, in the same generation but at a later time: it lives, and
   * renews our id. A new holder or generation is what our own joining looks like.
   */
  async #watchRecord(area: LockspaceArea): Promise<void> {
    const before = this.#recordBefore;
    if (this.#takenBy !== undefined || before === undefined || before.timestamp === 0n) return;
    const { holder, generation, timestamp } = await this.#readRecord(area);
    const isSame = holder === before.holder && generation === before.generation;
    if (!isSame || timestamp <= before.timestamp) return;
    this.#takenBy = holder;
    const message = `cannot acquire the host id: host "${holder}" uses it`;
    this.#deps.log.error(message, this.#fields());
  }

  #readRecord(area: LockspaceArea): Promise<HostIdRecord> {
    return readHostIdRecord(this.#deps.directIo, area, this.#hostId);
  }

  /** Gives the id back. LeaseError EBUSY while a VM holds a lease by it. */
  async release(): Promise<void> {
    const area = await this.#find();
    if (area !== undefined) await this.#deps.leases.lockspaces.leave(area, this.#hostId);
    this.#isAcquired = false;
  }

  #fields(): { readonly domain: string; readonly hostId: number } {
    return { domain: this.#sdUUID, hostId: this.#hostId };
  }
}

const SECTOR = 512;
const DELTA_MAGIC = 0x12212010;
const GENERATION_AT = 0x28;
const NAME_AT = 0x68;
const TIMESTAMP_AT = 0x98;

interface HostIdRecord {
  /** The holder's name in sanlock; empty when there is none. */
  readonly holder: string;
  readonly generation: bigint;
  /** The holder's own clock at its last renewal; zero when the id is free. */
  readonly timestamp: bigint;
}

const NO_RECORD: HostIdRecord = { holder: '', generation: 0n, timestamp: 0n };

/** A host id's record in the lockspace (vdsm.md C5). */
async function readHostIdRecord(
  directIo: DirectIo,
  area: LockspaceArea,
  hostId: number,
): Promise<HostIdRecord> {
  const file = await directIo.open(area.path, 'read', READ_DEADLINE_MS);
  try {
    const at = area.offset + (hostId - 1) * SECTOR;
    const record = Buffer.from(await file.read(at, SECTOR, READ_DEADLINE_MS));
    if (record.length < SECTOR || record.readUInt32LE(0) !== DELTA_MAGIC) return NO_RECORD;
    return {
      holder: record.toString('utf8', NAME_AT, NAME_AT + 48).replace(/\0+$/, ''),
      generation: record.readBigUInt64LE(GENERATION_AT),
      timestamp: record.readBigUInt64LE(TIMESTAMP_AT),
    };
  } finally {
    await file.close();
  }
}
