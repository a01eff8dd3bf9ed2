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
  /** Joined when sanlock was asked, no longer ago than `PROOF_S`. */
  owned(): boolean;
  /** What an admin must know while the id cannot be taken. */
  problem(): string | undefined;
  /** Joins, and joins again when membership was lost. */
  run(signal: AbortSignal): Promise<void>;
}

const LOOK_EVERY_MS = 2000;
/** Two looks and a little. Older, it is unknown whose the id is (I5): a daemon that stood still writes nothing on it. */
const PROOF_S = 5;

export function createHostIdGuard(options: HostIdGuardOptions): HostIdGuard {
  const { lockspaces, hostId, clock, log } = options;
  /** When sanlock was asked that last said so. */
  let provenS: number | undefined;
  let attempts = 0;
  let problem: string | undefined;
  let fault = '';

  const owned = (): boolean => provenS !== undefined && clock.monotonicS() - provenS < PROOF_S;

  async function look(path: string): Promise<void> {
    const area = { lockspace: LOCKSPACE, path, offset: 0 };
    const askedS = clock.monotonicS();
    const state = await lockspaces.state(area, hostId);
    if (state === 'joined') {
      const wasOwned = owned();
      provenS = askedS;
      if (!wasOwned && owned()) {
        log.info(`host id ${hostId} is this host's in lockspace ${LOCKSPACE}`);
      }
      problem = undefined;
      attempts = 0;
      return;
    }
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
        'storage does not answer. This host takes no part until then. Each host needs a host_id of its own ' +
        'in hosted-engine.conf';
      if (isNew) log.error(problem);
    }
    await lockspaces.join(area, hostId, options.ioTimeoutS);
  }

  function tell(text: string): void {
    if (text !== fault) log.warn(text);
    fault = text;
  }

  return {
    owned,
    problem: () => problem,
    async run(signal) {
      while (!signal.aborted) {
        const path = options.path();
        try {
          if (path !== undefined) await look(path);
          fault = '';
        } catch (error) {
          tell(`lockspace ${LOCKSPACE}: ${messageOf(error)}`);
        }
        await clock.sleep(LOOK_EVERY_MS, signal);
      }
    },
  };
}
