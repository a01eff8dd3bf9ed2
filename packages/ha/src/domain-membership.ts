import { type Clock, LeaseError, type Lockspaces } from '@hosted-engine/ports';

export interface DomainMembershipOptions {
  readonly lockspaces: Pick<Lockspaces, 'hosts'>;
  /** Lockspace of the storage domain. */
  readonly domain: string;
  readonly ioTimeoutS: number;
  readonly clock: Clock;
}

/** Whether this host has its id in the storage domain's lockspace too, which is where the engine VM's lease is. */
export interface DomainMembership {
  /** It certainly has not, and had the time to get it since the first question after `forget`. */
  isOverdue(): Promise<boolean>;
  forget(): void;
  isJoined(): Promise<boolean>;
}

/** It takes minutes to change, so it is not asked for each time. */
const LOOK_EVERY_S = 20;

export function createDomainMembership(options: DomainMembershipOptions): DomainMembership {
  const { lockspaces, domain, clock } = options;
  /** Above the longest that sanlock takes for an id whose last user is dead. */
  const limitS = 60 + 16 * options.ioTimeoutS;
  let lookedS = Number.NEGATIVE_INFINITY;
  /** Since when sanlock says that it is not joined. */
  let missingS: number | undefined;

  async function look(): Promise<'joined' | 'absent' | 'unknown'> {
    try {
      await lockspaces.hosts(domain);
      return 'joined';
    } catch (error) {
      return error instanceof LeaseError && error.code === 'ENOENT' ? 'absent' : 'unknown';
    }
  }

  return {
    isJoined: async () => (await look()) === 'joined',
    forget() {
      missingS = undefined;
    },
    async isOverdue() {
      const nowS = clock.monotonicS();
      if (nowS - lookedS < LOOK_EVERY_S) return false;
      lookedS = nowS;
      if ((await look()) === 'absent') missingS ??= nowS;
      else missingS = undefined;
      return missingS !== undefined && nowS - missingS >= limitS;
    },
  };
}
