import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type DomainStart,
  type VirtDriver,
  VirtError,
  type VirtEvent,
  type VirtFailure,
} from '../src/virt-driver.js';

/** An adapter under test, and what the suite needs to do behind its back. */
export interface VirtDriverSubject {
  readonly driver: VirtDriver;
  /** A domain that can be started, new with each call. */
  domain(): DomainStart;
  /** One whose lease a live host holds. */
  domainHeldElsewhere(): Promise<DomainStart>;
  /** One whose start is parked on the lease of a dying owner for longer than the suite takes. */
  domainParked(): Promise<DomainStart>;
  /** Resolves once a start that was called has come as far as the lease. */
  whenParked(vmId: string): Promise<void>;
  /** Kills the hypervisor process of a running domain. */
  kill(vmId: string): Promise<void>;
  /** Ends the hypervisor's own daemon, and starts it again. */
  stopDaemon(): Promise<void>;
  startDaemon(): Promise<void>;
  close(): Promise<void>;
}

/** Longest wait for something that the contract promises; generous, for emulated machines. */
const WAIT_MS = 30_000;

/** The contract of ports/src/virt-driver.ts (V1 to V6). */
export function virtDriverContract(name: string, open: () => Promise<VirtDriverSubject>): void {
  describe(`VirtDriver contract: ${name}`, { concurrency: false }, () => {
    let subject: VirtDriverSubject;
    let driver: VirtDriver;
    const events: VirtEvent[] = [];

    before(async () => {
      subject = await open();
      driver = subject.driver;
      driver.subscribe((event) => events.push(event));
      await event((e) => e.kind === 'connection' && e.up);
    });
    after(() => subject.close());

    async function event(wanted: (event: VirtEvent) => boolean, since = 0): Promise<VirtEvent> {
      const deadline = performance.now() + WAIT_MS;
      for (;;) {
        const found = events.slice(since).find(wanted);
        if (found !== undefined) return found;
        assert.ok(performance.now() < deadline, `no such event among ${JSON.stringify(events)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    const stopped = (vmId: string) => event((e) => e.kind === 'stopped' && e.vmId === vmId);

    it('V4: names an absent domain as such', async () => {
      const { vmId } = subject.domain();
      assert.deepEqual(await driver.list(), []);
      await assert.rejects(driver.inspect(vmId), isFailure('no-domain'));
      await assert.rejects(driver.command(vmId, { kind: 'destroy' }), isFailure('no-domain'));
      await assert.rejects(driver.command(vmId, { kind: 'pause' }), isFailure('no-domain'));
    });

    it('starts, shows, pauses, resumes and destroys a domain, and tells of each', async () => {
      const domain = subject.domain();
      await driver.start(domain);
      const view = await driver.inspect(domain.vmId);
      assert.equal(view.state, 'running');
      assert.equal(view.name, domain.name);
      assert.ok(view.xml?.includes(domain.vmId));
      assert.ok((view.pid ?? 0) > 1);
      assert.ok((await driver.list()).some((listed) => listed.vmId === domain.vmId));
      await driver.command(domain.vmId, { kind: 'pause' });
      const paused = await driver.inspect(domain.vmId);
      assert.deepEqual([paused.state, paused.pauseReason], ['paused', 'user']);
      await driver.command(domain.vmId, { kind: 'resume' });
      assert.equal((await driver.inspect(domain.vmId)).state, 'running');
      await driver.command(domain.vmId, { kind: 'destroy' });
      assert.deepEqual(await stopped(domain.vmId), {
        kind: 'stopped',
        vmId: domain.vmId,
        cause: 'destroyed',
      });
      const ofDomain = events.filter((e) => 'vmId' in e && e.vmId === domain.vmId);
      const kinds = ofDomain.map((e) => e.kind).filter((kind) => kind !== 'shutdown');
      const order = ['started', 'paused', 'resumed', 'stopped'];
      assert.deepEqual([...new Set(kinds)].toSorted(byOrder(order)), order);
      assert.equal(kinds.at(-1), 'stopped');
      await assert.rejects(driver.inspect(domain.vmId), isFailure('no-domain'));
    });

    it('starts with stopped CPUs when asked', async () => {
      const domain = { ...subject.domain(), paused: true };
      await driver.start(domain);
      assert.equal((await driver.inspect(domain.vmId)).state, 'paused');
      await driver.command(domain.vmId, { kind: 'destroy' });
      await stopped(domain.vmId);
    });

    it('V4: refuses a second start of a running domain with `exists`', async () => {
      const domain = subject.domain();
      await driver.start(domain);
      await assert.rejects(driver.start(domain), isFailure('exists'));
      assert.equal((await driver.inspect(domain.vmId)).state, 'running');
      await driver.command(domain.vmId, { kind: 'destroy' });
    });

    it('refuses XML that makes no sense, with the reason', async () => {
      const domain = { ...subject.domain(), xml: '<domain type="nonsense"/>' };
      await assert.rejects(driver.start(domain), isFailure('refused'));
    });

    it('tells a killed process from one that ended by itself', async () => {
      const domain = subject.domain();
      await driver.start(domain);
      await subject.kill(domain.vmId);
      const event = await stopped(domain.vmId);
      assert.ok(event.kind === 'stopped' && ['crashed', 'failed'].includes(event.cause));
    });

    it('an agent request to a guest without agent is refused', async () => {
      const domain = subject.domain();
      await driver.start(domain);
      const request = '{"execute":"guest-ping"}';
      await assert.rejects(driver.agent(domain.vmId, request, 5), isFailure('refused'));
      await driver.command(domain.vmId, { kind: 'destroy' });
    });

    it('tells versions and abilities', async () => {
      const facts = await driver.facts();
      assert.match(facts.libraryVersion, /^\d+\.\d+\.\d+$/);
      assert.match(facts.hypervisorVersion, /^\d+\.\d+\.\d+$/);
      assert.ok(facts.cpuModels.length > 0 && facts.machines.length > 0);
    });

    it('names a lease that a live host holds (I4)', async () => {
      const domain = await subject.domainHeldElsewhere();
      await assert.rejects(driver.start(domain), isFailure('lease-held'));
      await assert.rejects(driver.inspect(domain.vmId), isFailure('no-domain'));
    });

    it('V3, V5, V6: a restart of the daemon is `unreachable` meanwhile and touches no domain', async () => {
      const domain = subject.domain();
      await driver.start(domain);
      const { pid } = await driver.inspect(domain.vmId);
      const since = events.length;
      await subject.stopDaemon();
      await event((e) => e.kind === 'connection' && !e.up, since);
      await assert.rejects(driver.inspect(domain.vmId), isFailure('unreachable'));
      await assert.rejects(driver.list(), isFailure('unreachable'));
      await subject.startDaemon();
      await event((e) => e.kind === 'connection' && e.up, since);
      const view = await driver.inspect(domain.vmId);
      assert.deepEqual([view.state, view.pid], ['running', pid]);
      await driver.command(domain.vmId, { kind: 'destroy' });
      await stopped(domain.vmId);
    });

    it('V1, V2: a parked start blocks nothing and can be cancelled', async () => {
      const parked = await subject.domainParked();
      const start = assert.rejects(driver.start(parked), isFailure('cancelled'));
      await subject.whenParked(parked.vmId);
      assert.equal((await driver.inspect(parked.vmId)).state, 'starting');
      await assert.rejects(driver.list(), isFailure('busy'));
      await assert.rejects(driver.start(parked), isFailure('exists'));
      const other = subject.domain();
      await driver.start(other);
      assert.equal((await driver.inspect(other.vmId)).state, 'running');
      assert.equal((await driver.inspect(parked.vmId)).state, 'starting');
      await driver.command(parked.vmId, { kind: 'destroy' });
      await start;
      await assert.rejects(driver.inspect(parked.vmId), isFailure('no-domain'));
      const again = assert.rejects(driver.start(parked), isFailure('cancelled'));
      assert.equal((await driver.inspect(parked.vmId)).state, 'starting');
      await driver.command(parked.vmId, { kind: 'destroy' });
      await again;
      await driver.command(other.vmId, { kind: 'destroy' });
      await stopped(other.vmId);
    });
  });
}

function isFailure(failure: VirtFailure): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof VirtError, String(error));
    assert.equal(error.failure, failure, error.message);
    return true;
  };
}

function byOrder(order: readonly string[]): (a: string, b: string) => number {
  return (a, b) => order.indexOf(a) - order.indexOf(b);
}
