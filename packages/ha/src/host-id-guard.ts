import { type Clock, type Lockspaces, type Log, messageOf } from '@hosted-engine/ports';

/** Lockspace of the whiteboard, separate from the storage domain's own (ha-daemon.md 2). */
const LOCKSPACE = 'hosted-engine';

export interface HostIdGuardOptions {
  readonly lockspaces: Lockspaces;
  readonly hostId: number;
  /** Seconds; that of the storage domain. */
  readonly ioTimeoutS: number;
  /** The prepared lockspace volume; undefined while the storage is not connected. */
  readonly path: () => string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** Proves that our host id is ours alone, by membership of sanlock's lockspace (row 15, I8). */
export interface HostIdGuard {
  /** Joined when last looked; once proven it stays so while sanlock does not answer. */
  owned(): boolean;
  /** What an admin must know while the id cannot be taken. */
  problem(): string | undefined;
  /** Joins, and joins again when membership was lost. */
  run(signal: AbortSignal): Promise<void>;
}

const LOOK_EVERY_MS = 2000;

export function createHostIdGuard(options: HostIdGuardOptions): HostIdGuard {
  const { lockspaces, hostId, clock, log } = options;
  let owned = false;
  let attempts = 0;
  let problem: string | undefined;

  async function look(path: string): Promise<void> {
    const area = { lockspace: LOCKSPACE, path, offset: 0 };
    const state = await lockspaces.state(area, hostId);
    if (state === 'joined') {
      if (!owned) log.info(`host id ${hostId} is this host's in lockspace ${LOCKSPACE}`);
      owned = true;
      problem = undefined;
      attempts = 0;
      return;
    }
    if (owned) log.warn(`membership of lockspace ${LOCKSPACE} was lost; joining again`);
    owned = false;
    if (state === 'joining') return;
    attempts += 1;
    // sanlock gives up joining silently when another live host renews the same id.
    if (attempts > 1) {
      const isNew = problem === undefined;
      problem =
        `host id ${hostId} cannot be taken: another host uses it, its last user is not yet dead, or the ` +
        'storage does not answer. This host takes no part until then. Each host needs a host_id of its own ' +
        'in hosted-engine.conf';
      if (isNew) log.error(problem);
    }
    await lockspaces.join(area, hostId, options.ioTimeoutS);
  }

  return {
    owned: () => owned,
    problem: () => problem,
    async run(signal) {
      while (!signal.aborted) {
        const path = options.path();
        try {
          if (path !== undefined) await look(path);
        } catch (error) {
          log.warn(`lockspace ${LOCKSPACE}: ${messageOf(error)}`);
        }
        await clock.sleep(LOOK_EVERY_MS, signal);
      }
    },
  };
}
