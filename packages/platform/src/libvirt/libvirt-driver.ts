// VirtDriver on libvirt's QEMU driver.
//
//   D1. While a start waits for its lease, libvirtd holds that domain's lock: a look-up of it hangs,
//       and hangs every start of another domain behind it (seen with libvirt 9.0). So a domain
//       whose start is in progress is never looked up here, and `list` is refused meanwhile.
//   D2. For the same reason such a start cannot be ended through libvirt. Its QEMU exists already,
//       stopped before the first guest instruction: once that process is gone the guest can never
//       run, and the start counts as cancelled. libvirt's call itself returns only when sanlock has
//       settled the lease; until then D1 holds, and a new start of the same VM waits its turn.
//   D3. A libvirtd that hangs must not keep a VM from being destroyed: past the deadline its QEMU
//       is ended by pid, which releases the lease as well.

import {
  type DomainCommand,
  type DomainMemory,
  type DomainMover,
  type DomainStart,
  type DomainView,
  isOutcomeUnknown,
  type Log,
  type VirtDriver,
  VirtError,
  type VirtEvent,
} from '@hosted-engine/ports';
import { openEventConnection } from './connection.js';
import { machinesOf, usableCpuModels } from './domain-capabilities.js';
import { memoryOf, pauseReasonOf, stateOf, versionText } from './domain-view.js';
import { isKvmUsable } from './kvm.js';
import { createLanes, type Lane } from './lanes.js';
import { createMover, type MoverTransport } from './mover.js';
import { type Handle, invoke, loadLibvirt } from './native.js';
import { endQemu, findQemu } from './qemu-process.js';

export interface LibvirtOptions {
  /** @default qemu:///system */
  readonly uri?: string;
  /** Where libvirt keeps the pid files of QEMU. @default /run/libvirt/qemu */
  readonly pidDir?: string;
  /** Calls in libvirt at once; each holds a thread of libuv's pool while it lasts. @default 6 */
  readonly lanes?: number;
  /** For every call but starts and migrations. @default 10000 */
  readonly deadlineMs?: number;
  /** How other hosts' libvirtds are reached. @default plain TCP */
  readonly transport?: MoverTransport;
  readonly log: Log;
}

export interface LibvirtDriver extends VirtDriver, DomainMover {
  /** Lets go of libvirt. No domain is touched (I7). */
  close(): Promise<void>;
}

/** A look at the balloon goes through QEMU's monitor, which may hang with QEMU's storage. */
const MEMORY_DEADLINE_MS = 1000;
/** Longer than `list` takes when nothing is parked. */
const INHERITED_PROBE_MS = 2000;
const START_PAUSED = 1;
const SHUTDOWN_FLAG = { acpi: 1, agent: 2 } as const;
/** virDomainDeviceModifyFlags: VIR_DOMAIN_AFFECT_LIVE. */
const AFFECT_LIVE = 1;
const PAUSED_STATE = 3;

interface Starting {
  readonly name: string;
  readonly cancelled: AbortController;
  /** False while it waits for an earlier, cancelled start of the same VM (D2). */
  isInLibvirt: boolean;
}

export function createLibvirtDriver(options: LibvirtOptions): LibvirtDriver {
  const { log, uri = 'qemu:///system', pidDir = '/run/libvirt/qemu' } = options;
  const deadlineMs = options.deadlineMs ?? 10_000;
  const native = loadLibvirt();
  native.start();
  const { c } = native;
  const lanes = createLanes(native, uri, options.lanes ?? 6);
  const listeners = new Set<(event: VirtEvent) => void>();
  const starting = new Map<string, Starting>();
  /** Starts that libvirt is at work on, cancelled ones included (D2). They never reject. */
  const inLibvirt = new Map<string, Promise<void>>();
  const memoryInProgress = new Set<string>();
  let listing: Promise<readonly DomainView[]> | undefined;
  const events = openEventConnection(native, lanes, log, (event) => {
    for (const listener of listeners) listener(event);
  });

  async function withDomain<T>(
    lane: Lane,
    vmId: string,
    use: (domain: Handle) => Promise<T>,
  ): Promise<T> {
    const domain = await invoke<Handle | null>(c.lookup, lane.connection, vmId);
    if (domain === null) return lane.fail(`look up ${vmId}`);
    try {
      lane.checkWanted();
      return await use(domain);
    } finally {
      c.freeDomain(domain);
    }
  }

  /** Runs one C function that returns a negative number when it failed. */
  function act(vmId: string, what: string, run: (domain: Handle) => Promise<number>) {
    return lanes.run(what, deadlineMs, (lane) =>
      withDomain(lane, vmId, async (domain) => {
        if ((await run(domain)) < 0) await lane.fail(what);
      }),
    );
  }

  async function view(lane: Lane, domain: Handle): Promise<DomainView> {
    const vmId = native.uuidOf(domain);
    const name = c.name(domain) as string;
    const numbers = Buffer.alloc(8);
    const result = await invoke<number>(c.state, domain, numbers, numbers.subarray(4), 0);
    if (result < 0) return lane.fail(`state of ${vmId}`);
    const xml = await invoke<string | null>(c.xml, domain, 0);
    if (xml === null) return lane.fail(`XML of ${vmId}`);
    const pid = await findQemu(pidDir, vmId);
    const state = numbers.readInt32LE();
    return {
      vmId,
      name,
      state: stateOf(state),
      xml,
      ...(state === PAUSED_STATE ? { pauseReason: pauseReasonOf(numbers.readInt32LE(4)) } : {}),
      ...(pid === undefined ? {} : { pid }),
    };
  }

  async function memory(vmId: string): Promise<DomainMemory | undefined> {
    if (memoryInProgress.has(vmId)) return undefined;
    memoryInProgress.add(vmId);
    try {
      return await lanes.run(`memory of ${vmId}`, MEMORY_DEADLINE_MS, (lane) =>
        withDomain(lane, vmId, async (domain) => {
          const stats = await native.memoryStats(domain);
          return stats === undefined ? undefined : memoryOf(stats);
        }).finally(() => memoryInProgress.delete(vmId)),
      );
    } catch {
      // A statistic for people: its absence is an answer.
      return undefined;
    }
  }

  async function listAll(): Promise<readonly DomainView[]> {
    return lanes.run('list domains', undefined, async (lane) => {
      const domains = await native.listActive(lane.connection);
      if (domains === undefined) return lane.fail('list domains');
      const views: DomainView[] = [];
      try {
        for (const domain of domains) {
          try {
            views.push(await view(lane, domain));
          } catch (error) {
            // It ended between the list and the look at it.
            if (!(error instanceof VirtError) || error.failure !== 'no-domain') throw error;
          }
        }
      } finally {
        for (const domain of domains) c.freeDomain(domain);
      }
      return views;
    });
  }

  /** A start parked by an earlier process of ours may hold this up: callers join the one call. */
  function listOnce(): Promise<readonly DomainView[]> {
    listing ??= listAll().finally(() => {
      listing = undefined;
    });
    return listing;
  }

  async function create(domain: DomainStart): Promise<void> {
    const { vmId } = domain;
    await lanes.run(`start ${vmId}`, undefined, async (lane) => {
      const flags = domain.paused === true ? START_PAUSED : 0;
      const created = await invoke<Handle | null>(c.create, lane.connection, domain.xml, flags);
      if (created === null) return lane.fail(`start ${vmId}`);
      c.freeDomain(created);
    });
  }

  async function start(domain: DomainStart): Promise<void> {
    const { vmId, name } = domain;
    if (starting.has(vmId)) throw new VirtError('exists', `VM ${vmId} is being started`);
    const cancelled = new AbortController();
    const entry: Starting = { name, cancelled, isInLibvirt: false };
    starting.set(vmId, entry);
    try {
      for (;;) {
        const earlier = inLibvirt.get(vmId);
        if (earlier === undefined) break;
        await orAborted(earlier, cancelled.signal);
      }
      entry.isInLibvirt = true;
      const created = create(domain);
      const settled = created
        .catch(() => undefined)
        .finally(() => {
          if (inLibvirt.get(vmId) === settled) inLibvirt.delete(vmId);
        });
      inLibvirt.set(vmId, settled);
      await orAborted(created, cancelled.signal);
    } finally {
      starting.delete(vmId);
    }
  }

  /** Resolves once no process is left that could become the guest. */
  async function cancelStart(vmId: string, entry: Starting): Promise<void> {
    const until = performance.now() + deadlineMs;
    // QEMU appears some 0.3 s after the call: look for it for as long as the call goes on.
    while (entry.isInLibvirt && inLibvirt.has(vmId)) {
      const pid = await findQemu(pidDir, vmId);
      if (pid !== undefined && (await endQemu(pid, vmId))) break;
      if (performance.now() > until) {
        throw new VirtError('timeout', `the start of ${vmId} has not ended yet`);
      }
      await after(50);
    }
    entry.cancelled.abort();
  }

  /** Of a start that an earlier process began: libvirt locks it until `list` answers (D1, D2). */
  async function cancelInherited(vmId: string): Promise<boolean> {
    const listed = listOnce().then(
      () => true,
      () => true,
    );
    if (await Promise.race([listed, after(INHERITED_PROBE_MS)])) return false;
    const pid = await findQemu(pidDir, vmId);
    if (pid === undefined || !(await endQemu(pid, vmId))) return false;
    const settled = listed.then(() => {
      inLibvirt.delete(vmId);
    });
    inLibvirt.set(vmId, settled);
    return true;
  }

  async function destroy(vmId: string, mayBeParked: boolean): Promise<void> {
    const entry = starting.get(vmId);
    if (entry !== undefined) return cancelStart(vmId, entry);
    refuseLocked(vmId, 'destroy');
    if (mayBeParked && (await cancelInherited(vmId))) return;
    try {
      await act(vmId, `destroy ${vmId}`, (domain) => invoke(c.destroy, domain, 0));
    } catch (error) {
      if (!isOutcomeUnknown(error)) throw error;
      const pid = await findQemu(pidDir, vmId);
      if (pid === undefined) throw error;
      log.warn(`libvirt does not answer: ending QEMU of ${vmId} (pid ${pid})`);
      if (!(await endQemu(pid, vmId))) throw error;
    }
  }

  /** Keeps calls away from a domain that libvirt has locked (D1). */
  function refuseLocked(vmId: string, what: string): void {
    if (starting.has(vmId)) throw new VirtError('busy', `${what}: VM ${vmId} is being started`);
    if (inLibvirt.has(vmId)) throw new VirtError('no-domain', `${what}: no VM ${vmId} here`);
  }

  const mover = createMover({
    native,
    lanes,
    deadlineMs,
    transport: options.transport ?? { pkiDir: undefined },
    withDomain,
  });

  return {
    ...mover,
    start,

    async list() {
      if (inLibvirt.size > 0) throw new VirtError('busy', 'a start is in progress');
      return withDeadline(listOnce(), deadlineMs, 'list domains');
    },

    async inspect(vmId) {
      const entry = starting.get(vmId);
      if (entry !== undefined) return { vmId, name: entry.name, state: 'starting' };
      refuseLocked(vmId, 'inspect');
      const seen = await lanes.run(`inspect ${vmId}`, deadlineMs, (lane) =>
        withDomain(lane, vmId, (domain) => view(lane, domain)),
      );
      const used = await memory(vmId);
      return used === undefined ? seen : { ...seen, memory: used };
    },

    async command(vmId: string, command: DomainCommand) {
      if (command.kind === 'destroy') return destroy(vmId, command.mayBeParked === true);
      const what = `${command.kind} ${vmId}`;
      refuseLocked(vmId, what);
      await act(vmId, what, (domain) => {
        switch (command.kind) {
          case 'shutdown':
            return invoke(c.shutdown, domain, SHUTDOWN_FLAG[command.via]);
          case 'reboot':
            return invoke(c.reboot, domain, SHUTDOWN_FLAG[command.via]);
          case 'pause':
            return invoke(c.suspend, domain);
          case 'resume':
            return invoke(c.resume, domain);
          case 'reset':
            return invoke(c.reset, domain, 0);
          case 'update-device':
            return invoke(c.updateDevice, domain, command.xml, AFFECT_LIVE);
        }
      });
    },

    async agent(vmId, request, timeoutS) {
      const what = `guest agent of ${vmId}`;
      refuseLocked(vmId, what);
      return lanes.run(what, deadlineMs + timeoutS * 1000, (lane) =>
        withDomain(lane, vmId, async (domain) => {
          const answer = await invoke<string | null>(c.agentCommand, domain, request, timeoutS, 0);
          return answer ?? lane.fail(what);
        }),
      );
    },

    facts: () =>
      lanes.run('hypervisor facts', deadlineMs, async (lane) => {
        const numbers = Buffer.alloc(16);
        const { connection } = lane;
        const library = await invoke<number>(c.libraryVersion, connection, numbers);
        const hypervisor = await invoke<number>(
          c.hypervisorVersion,
          connection,
          numbers.subarray(8),
        );
        if (library < 0 || hypervisor < 0) return lane.fail('hypervisor facts');
        const ask = (virtType: string | null) =>
          invoke<string | null>(c.capabilities, connection, null, null, null, virtType, 0);
        const best = await ask(null);
        if (best === null) return lane.fail('hypervisor facts');
        const kvmUsable = (await isKvmUsable()) && (await ask('kvm')) !== null;
        const usable = kvmUsable ? best : ((await ask('qemu')) ?? best);
        return {
          libraryVersion: versionText(Number(numbers.readBigUInt64LE())),
          hypervisorVersion: versionText(Number(numbers.readBigUInt64LE(8))),
          kvmUsable,
          machines: machinesOf(best),
          cpuModels: usableCpuModels(usable),
        };
      }),

    subscribe(listener) {
      listeners.add(listener);
      listener({ kind: 'connection', up: events.isUp, reason: 'subscribed' });
      return () => listeners.delete(listener);
    },

    async close() {
      await Promise.all([events.close(), lanes.close()]);
    },
  };
}

/** `cancelled` as soon as the signal aborts; the promise goes on by itself. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = () => reject(new VirtError('cancelled', 'the start was cancelled'));
    signal.addEventListener('abort', cancel, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
  });
}

function after(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms));
}

function withDeadline<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new VirtError('timeout', `${what}: no answer within ${ms} ms`)),
      ms,
    );
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
