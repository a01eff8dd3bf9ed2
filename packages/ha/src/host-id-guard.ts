import {
  type Clock,
  createFaultLog,
  type LockspaceArea,
  type Lockspaces,
  type Log,
  messageOf,
} from '@hosted-engine/ports';
import { createDomainMembership } from './domain-membership.js';

/** Lockspace of the whiteboard, separate from the storage domain's own (ha-daemon.md 2). */
const LOCKSPACE = 'hosted-engine';

export interface HostIdGuardOptions {
  readonly lockspaces: Lockspaces;
  readonly hostId: number;
  /** Lockspace of the storage domain, which the host daemon joins with the same id. */
  readonly domain: string;
  /** Seconds; that of the storage domain. */
  readonly ioTimeoutS: number;
  /** The prepared lockspace volume; undefined while the storage is not connected. */
  readonly path: () => string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** Proves that our host id is ours alone, by membership of sanlock's lockspace (row 15, I8). */
export interface HostIdGuard {
  /** Joined when sanlock was asked, no longer ago than `PROOF_S`. */
  owned(): boolean;
  /** What an admin must know while the id cannot be taken. */
  problem(): string | undefined;
  /**
   * Joins, and joins again when membership was lost. Gives the id back when the storage domain's lockspace does
   * not come: another host has it there, and two with half of one id each would wait for each other forever.
   */
  run(signal: AbortSignal): Promise<void>;
}

const LOOK_EVERY_MS = 2000;
/** Two looks and a little. Older, it is unknown whose the id is (I5): a daemon that stood still writes nothing on it. */
const PROOF_S = 5;

const CONSEQUENCE =
  'This host takes no part until then. Each host needs a host_id of its own in hosted-engine.conf';

export function createHostIdGuard(options: HostIdGuardOptions): HostIdGuard {
  const { lockspaces, hostId, clock, log } = options;
  /** When sanlock was asked that last said so. */
  let provenS: number | undefined;
  const inDomain = createDomainMembership(options);
  let hasGivenBack = false;
  let attempts = 0;
  let problem: string | undefined;
  const fault = createFaultLog(log);

  const owned = (): boolean => provenS !== undefined && clock.monotonicS() - provenS < PROOF_S;

  async function look(path: string): Promise<void> {
    const area = { lockspace: LOCKSPACE, path, offset: 0 };
    const askedS = clock.monotonicS();
    const state = await lockspaces.state(area, hostId);
    if (hasGivenBack && !(await inDomain.isJoined())) {
      if (state === 'joined') await lockspaces.leave(area, hostId);
      return;
    }
    hasGivenBack = false;
    if (state === 'joined') {
      if (await inDomain.isOverdue()) return giveBack(area);
      const wasOwned = owned();
      provenS = askedS;
      if (!wasOwned && owned()) {
        log.info(`host id ${hostId} is this host's in lockspace ${LOCKSPACE}`);
      }
      problem = undefined;
      attempts = 0;
      return;
    }
    inDomain.forget();
    if (provenS !== undefined) {
      log.warn(`membership of lockspace ${LOCKSPACE} was lost; joining again`);
    }
    provenS = undefined;
    if (state === 'joining') return;
    attempts += 1;
    // sanlock gives up joining silently when another live host renews the same id.
    if (attempts > 1) {
      const isNew = problem === undefined;
      problem =
        `host id ${hostId} cannot be taken: another host uses it, its last user is not yet dead, or the ` +
        `storage does not answer. ${CONSEQUENCE}`;
      if (isNew) log.error(problem);
    }
    await lockspaces.join(area, hostId, options.ioTimeoutS);
  }

  async function giveBack(area: LockspaceArea): Promise<void> {
    provenS = undefined;
    hasGivenBack = true;
    problem =
      `host id ${hostId} is not this host's in the storage domain: another host uses it there, or the host daemon ` +
      `does not watch the domain. ${CONSEQUENCE}`;
    log.error(problem);
    await lockspaces.leave(area, hostId);
  }

  return {
    owned,
    problem: () => problem,
    async run(signal) {
      while (!signal.aborted) {
        const path = options.path();
        try {
          if (path !== undefined) await look(path);
          fault.works();
        } catch (error) {
          fault.fails(`lockspace ${LOCKSPACE}: ${messageOf(error)}`);
        }
        await clock.sleep(LOOK_EVERY_MS, signal);
      }
    },
  };
}
