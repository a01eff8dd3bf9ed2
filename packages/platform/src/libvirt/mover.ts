// DomainMover on libvirt: peer to peer. The libvirtd here talks to the one there by itself, so the
// migration outlives this process, and the sanlock driver on both sides hands the lease over: given
// up here once the CPUs have stopped, taken there before they run (house.md I1).

import type { DomainMover, MigrationTarget } from '@hosted-engine/ports';
import type { Lane, Lanes } from './lanes.js';
import { type Handle, invoke, type LibvirtNative } from './native.js';

/** How the hypervisor's daemons reach each other. */
export interface MoverTransport {
  /**
   * A folder with cacert.pem, clientcert.pem and clientkey.pem: TLS for the daemons and for the
   * guest's memory. Undefined: plain TCP, for clusters without TLS.
   */
  readonly pkiDir: string | undefined;
}

/** virDomainMigrateFlags. */
const FLAG = {
  live: 1,
  peerToPeer: 1 << 1,
  /**
   * libvirt knows only some file systems as shared. That this one is, was shown by the other host:
   * it prepared the same volumes of the same storage domain.
   */
  unsafe: 1 << 9,
  abortOnError: 1 << 12,
  autoConverge: 1 << 13,
  tls: 1 << 16,
} as const;
/** virDomainJobType: none, and those of a job that is over. */
const NOT_UNDER_WAY: ReadonlySet<number> = new Set([0, 3, 4, 5]);

export interface MoverDeps {
  readonly native: LibvirtNative;
  readonly lanes: Lanes;
  readonly deadlineMs: number;
  readonly transport: MoverTransport;
  readonly withDomain: <T>(
    lane: Lane,
    vmId: string,
    use: (domain: Handle) => Promise<T>,
  ) => Promise<T>;
}

export function createMover(deps: MoverDeps): DomainMover {
  const { native, lanes, deadlineMs, transport, withDomain } = deps;
  const { c } = native;

  function daemonUri(host: string): string {
    const name = host.includes(':') ? `[${host}]` : host;
    return transport.pkiDir === undefined
      ? `qemu+tcp://${name}/system`
      : `qemu+tls://${name}/system?pkipath=${transport.pkiDir}`;
  }

  /** Calls `use` with libvirt's array of parameters, and frees it. */
  async function withParams<T>(
    to: MigrationTarget,
    use: (params: bigint, count: number) => Promise<T>,
  ): Promise<T> {
    const array = Buffer.alloc(8);
    const numbers = Buffer.alloc(8);
    const [count, room] = [numbers.subarray(0, 4), numbers.subarray(4)];
    const host = to.dataHost.includes(':') ? `[${to.dataHost}]` : to.dataHost;
    c.addTextParam(array, count, room, 'migrate_uri', `tcp://${host}`);
    if (to.bandwidthMiB !== undefined) {
      c.addNumberParam(array, count, room, 'bandwidth', to.bandwidthMiB);
    }
    try {
      return await use(array.readBigUInt64LE(), count.readInt32LE());
    } finally {
      c.freeParams(array.readBigUInt64LE(), count.readInt32LE());
    }
  }

  return {
    async migrate(vmId, to) {
      const what = `migrate ${vmId}`;
      const flags =
        FLAG.live |
        FLAG.peerToPeer |
        FLAG.unsafe |
        FLAG.abortOnError |
        (to.autoConverge ? FLAG.autoConverge : 0) |
        (transport.pkiDir === undefined ? 0 : FLAG.tls);
      await lanes.run(what, undefined, (lane) =>
        withDomain(lane, vmId, async (domain) => {
          // Taken into account by the migration that follows.
          if ((await invoke<number>(c.setMaxDowntime, domain, to.downtimeMs, 0)) < 0) {
            await lane.fail(what);
          }
          const result = await withParams(to, (params, count) =>
            invoke<number>(c.migrate, domain, daemonUri(to.host), params, count, flags),
          );
          if (result < 0) await lane.fail(what);
        }),
      );
    },

    async setDowntime(vmId, downtimeMs) {
      const what = `downtime of the migration of ${vmId}`;
      await lanes.run(what, deadlineMs, (lane) =>
        withDomain(lane, vmId, async (domain) => {
          if ((await invoke<number>(c.setMaxDowntime, domain, downtimeMs, 0)) < 0) {
            await lane.fail(what);
          }
        }),
      );
    },

    progress: (vmId) =>
      lanes.run(`migration of ${vmId}`, deadlineMs, (lane) =>
        withDomain(lane, vmId, async (domain) => {
          const job = (await native.jobStats(domain)) ?? (await lane.fail('migration progress'));
          if (NOT_UNDER_WAY.has(job.type)) return undefined;
          return {
            elapsedMs: job.numbers.get('time_elapsed') ?? 0,
            totalBytes: job.numbers.get('data_total') ?? 0,
            remainingBytes: job.numbers.get('data_remaining') ?? 0,
          };
        }),
      ),

    async abort(vmId) {
      const what = `abort the migration of ${vmId}`;
      await lanes.run(what, deadlineMs, (lane) =>
        withDomain(lane, vmId, async (domain) => {
          if ((await invoke<number>(c.abortJob, domain)) < 0) await lane.fail(what);
        }),
      );
    },
  };
}
