import {
  type Clock,
  LeaseError,
  type LeaseHost,
  type LeaseManager,
  type LeaseOwner,
  type LeaseResource,
  type LeaseView,
  type LockspaceHost,
  messageOf,
} from '@hosted-engine/ports';

export interface LeaseViewOptions {
  readonly leases: LeaseManager;
  /** The engine VM's volume lease; its lockspace is the storage domain's. */
  readonly lease: LeaseResource;
  readonly clock: Clock;
}

/** sanlock's own rule: dead 8 x io_timeout after the last renewal, plus the watchdog's time-out. */
const RENEWALS_BEFORE_DEATH = 8;
const WATCHDOG_S = 60;

/** Reads owners and hosts through sanlock. The lockspace must be joined for `hosts` to be known. */
export function createLeaseView(options: LeaseViewOptions): LeaseView {
  const { leases, lease, clock } = options;
  const renewals = new Map<number, Renewal>();
  return {
    owner: async (): Promise<LeaseOwner> => {
      try {
        const owner = (await leases.areas.readResource(lease)).owners[0];
        if (owner === undefined) return { kind: 'free' };
        return { kind: 'held', hostId: owner.hostId, generation: owner.generation };
      } catch (error) {
        if (!(error instanceof LeaseError)) throw error;
        return { kind: 'unknown', why: messageOf(error) };
      }
    },
    hosts: async () => {
      try {
        const hosts = await leases.lockspaces.hosts(lease.lockspace);
        const nowS = clock.monotonicS();
        return new Map(hosts.map((host) => [host.hostId, viewOf(host, renewals, nowS)]));
      } catch (error) {
        if (!(error instanceof LeaseError)) throw error;
        return 'unknown';
      }
    },
  };
}

interface Renewal {
  readonly generation: number;
  readonly timestamp: number;
  /** When this timestamp was first seen, by our own clock: never before it was written. */
  readonly seenAtS: number;
}

function viewOf(host: LeaseHost, renewals: Map<number, Renewal>, nowS: number): LockspaceHost {
  const known = renewals.get(host.hostId);
  const isSame = known?.timestamp === host.timestamp && known.generation === host.generation;
  const { generation, timestamp } = host;
  const renewal = isSame ? known : { generation, timestamp, seenAtS: nowS };
  renewals.set(host.hostId, renewal);
  if (host.state !== 'fail') return { state: host.state, generation };
  // A host turns to `fail` 8 x io_timeout after its renewal, so it has the watchdog's time left at
  // most, also when we began to look after its last renewal.
  const sinceRenewal = RENEWALS_BEFORE_DEATH * host.ioTimeoutS + WATCHDOG_S;
  const left = renewal.seenAtS + sinceRenewal - nowS;
  return { state: 'fail', generation, deadInS: Math.max(0, Math.min(left, WATCHDOG_S)) };
}
