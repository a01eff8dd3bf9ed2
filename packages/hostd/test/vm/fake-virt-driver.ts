// A hypervisor in memory. It passes the port's contract (fake-virt-driver.test.ts), so what the VM
// table is tested with behaves like libvirt.

import {
  type DomainCommand,
  type DomainMover,
  type DomainStart,
  type DomainView,
  type HypervisorFacts,
  type MigrationProgress,
  type MigrationTarget,
  type StopCause,
  type VirtDriver,
  VirtError,
  type VirtEvent,
} from '@hosted-engine/ports';

type PauseReason = NonNullable<DomainView['pauseReason']>;

interface Domain {
  readonly start: DomainStart;
  readonly pid: number;
  state: 'running' | 'paused';
  /** Of the latest pause. */
  pauseReason: PauseReason;
}

interface Parked {
  readonly domain: DomainStart;
  /** Undefined: the start belongs to an earlier process of the daemon under test. */
  readonly finish: ((error: VirtError | undefined) => void) | undefined;
}

interface Moving {
  readonly to: MigrationTarget;
  readonly progress: MigrationProgress;
  readonly finish: (error: VirtError | undefined) => void;
}

export class FakeVirtDriver implements VirtDriver, DomainMover {
  readonly commands: string[] = [];
  /** Names of VMs whose start is refused, with the reason. */
  readonly refusals = new Map<string, VirtError>();
  /** Names of VMs whose start is parked. */
  readonly parking = new Set<string>();
  kvmUsable = true;
  /** Migrations that the hypervisor is at work on, also ones that an earlier process began. */
  readonly moving = new Map<string, Moving>();
  readonly #domains = new Map<string, Domain>();
  readonly #parked = new Map<string, Parked>();
  readonly #listeners = new Set<(event: VirtEvent) => void>();
  #isUp = true;
  #nextPid = 1000;

  /** A domain that runs already when the daemon starts. */
  addRunning(start: DomainStart): void {
    this.#domains.set(start.vmId, {
      start,
      pid: this.#nextPid++,
      state: 'running',
      pauseReason: 'user',
    });
  }

  /** A start that an earlier process of the daemon began. */
  addInheritedStart(domain: DomainStart): void {
    this.#parked.set(domain.vmId, { domain, finish: undefined });
  }

  setUp(isUp: boolean): void {
    this.#isUp = isUp;
    this.#emit({ kind: 'connection', up: isUp, reason: 'test' });
  }

  /** The lease is free now, or another's. */
  unpark(vmId: string, error?: VirtError): void {
    const parked = this.#parked.get(vmId);
    if (parked === undefined) throw new Error(`${vmId} is not parked`);
    this.#parked.delete(vmId);
    if (error === undefined) this.#run(parked.domain);
    parked.finish?.(error);
  }

  /** The domain ends, after the events given. */
  end(vmId: string, cause: StopCause, ...before: VirtEvent[]): void {
    for (const event of before) this.emit(event);
    this.#domains.delete(vmId);
    this.#emit({ kind: 'stopped', vmId, cause });
  }

  /** QEMU stops the guest by itself, or somebody else does. */
  pause(vmId: string, reason: PauseReason): void {
    const domain = this.#need(vmId);
    domain.state = 'paused';
    domain.pauseReason = reason;
    this.#emit({ kind: 'paused', vmId, reason });
  }

  /** It ends and nobody hears of it. */
  vanish(vmId: string): void {
    this.#domains.delete(vmId);
  }

  emit(event: VirtEvent): void {
    this.#emit(event);
  }

  async start(domain: DomainStart): Promise<void> {
    await this.#answer();
    if (!domain.xml.includes(domain.vmId)) throw new VirtError('refused', 'XML error: no such VM');
    const refusal = this.refusals.get(domain.name);
    if (refusal !== undefined) throw refusal;
    if (this.#domains.has(domain.vmId) || this.#parked.has(domain.vmId)) {
      throw new VirtError('exists', `domain '${domain.name}' is already active`);
    }
    if (!this.parking.has(domain.name)) {
      this.#run(domain);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const finish = (error: VirtError | undefined) => (error ? reject(error) : resolve());
      this.#parked.set(domain.vmId, { domain, finish });
    });
  }

  async list(): Promise<readonly DomainView[]> {
    await this.#answer();
    const parked = [...this.#parked.values()];
    if (parked.some(({ finish }) => finish === undefined)) {
      throw new VirtError('timeout', 'list domains: no answer within 10000 ms');
    }
    if (parked.length > 0) throw new VirtError('busy', 'a start is in progress');
    return [...this.#domains.values()].map(viewOf);
  }

  async inspect(vmId: string): Promise<DomainView> {
    await this.#answer();
    const parked = this.#parked.get(vmId);
    if (parked !== undefined) {
      // libvirt would not answer: the caller must not ask (rule T5 of the VM table).
      if (parked.finish === undefined) throw new Error(`${vmId} was looked up while parked`);
      return { vmId, name: parked.domain.name, state: 'starting' };
    }
    return viewOf(this.#need(vmId));
  }

  async command(vmId: string, command: DomainCommand): Promise<void> {
    await this.#answer();
    const parked = this.#parked.get(vmId);
    if (command.kind === 'destroy' && parked !== undefined) {
      if (parked.finish === undefined && command.mayBeParked !== true) {
        throw new Error(`${vmId} was looked up while parked`);
      }
      this.#parked.delete(vmId);
      parked.finish?.(new VirtError('cancelled', 'the start was cancelled'));
      return;
    }
    const domain = this.#need(vmId);
    this.commands.push('via' in command ? `${command.kind}-${command.via}` : command.kind);
    switch (command.kind) {
      case 'destroy':
        this.end(vmId, 'destroyed');
        break;
      case 'pause':
        this.pause(vmId, 'user');
        break;
      case 'resume':
        domain.state = 'running';
        this.#emit({ kind: 'resumed', vmId });
        break;
      case 'shutdown':
      case 'reboot':
      case 'reset':
      case 'update-device':
        // What the guest makes of it is the test's to say.
        break;
    }
  }

  async migrate(vmId: string, to: MigrationTarget): Promise<void> {
    await this.#answer();
    this.#need(vmId);
    this.commands.push(`migrate-${to.host}`);
    if (to.host.endsWith('.invalid')) throw new VirtError('refused', `no host ${to.host}`);
    await new Promise<void>((resolve, reject) => {
      const finish = (error: VirtError | undefined) => (error ? reject(error) : resolve());
      const progress = { elapsedMs: 0, totalBytes: 100, remainingBytes: 100 };
      this.moving.set(vmId, { to, progress, finish });
    });
  }

  async progress(vmId: string): Promise<MigrationProgress | undefined> {
    await this.#answer();
    this.#need(vmId);
    return this.moving.get(vmId)?.progress;
  }

  async setDowntime(vmId: string, downtimeMs: number): Promise<void> {
    await this.#answer();
    this.#need(vmId);
    this.commands.push(`downtime-${downtimeMs}`);
  }

  async abort(vmId: string): Promise<void> {
    await this.#answer();
    this.#need(vmId);
    if (!this.moving.has(vmId)) throw new VirtError('refused', 'no job is active on the domain');
    this.endMigration(vmId, new VirtError('refused', 'operation aborted: canceled by client'));
  }

  setRemaining(vmId: string, remainingBytes: number): void {
    const moving = this.moving.get(vmId);
    if (moving === undefined) throw new Error(`${vmId} is not being migrated`);
    this.moving.set(vmId, { ...moving, progress: { ...moving.progress, remainingBytes } });
  }

  /** The guest runs on the other host now; with an error it stays. */
  endMigration(vmId: string, error?: VirtError): void {
    const moving = this.moving.get(vmId);
    if (moving === undefined) throw new Error(`${vmId} is not being migrated`);
    this.moving.delete(vmId);
    if (error === undefined) this.end(vmId, 'migrated');
    moving.finish(error);
  }

  /** A domain that a source has the hypervisor open here; its CPUs stand still. */
  addIncoming(start: DomainStart): void {
    this.#domains.set(start.vmId, {
      start,
      pid: this.#nextPid++,
      state: 'paused',
      pauseReason: 'user',
    });
  }

  /** The guest of a domain that came in runs here now. */
  arrive(vmId: string): void {
    this.#need(vmId).state = 'running';
    this.#emit({ kind: 'started', vmId });
    this.#emit({ kind: 'resumed', vmId });
  }

  async agent(vmId: string): Promise<string> {
    await this.#answer();
    this.#need(vmId);
    throw new VirtError('refused', 'QEMU guest agent is not configured');
  }

  async facts(): Promise<HypervisorFacts> {
    await this.#answer();
    return {
      libraryVersion: '9.0.0',
      hypervisorVersion: '7.2.0',
      kvmUsable: this.kvmUsable,
      machines: ['pc', 'q35'],
      cpuModels: ['qemu64'],
    };
  }

  subscribe(listener: (event: VirtEvent) => void): () => void {
    this.#listeners.add(listener);
    listener({ kind: 'connection', up: this.#isUp, reason: 'subscribed' });
    return () => this.#listeners.delete(listener);
  }

  #run(start: DomainStart): void {
    const state = start.paused === true ? 'paused' : 'running';
    this.#domains.set(start.vmId, { start, pid: this.#nextPid++, state, pauseReason: 'user' });
    this.#emit({ kind: 'started', vmId: start.vmId });
  }

  #need(vmId: string): Domain {
    const domain = this.#domains.get(vmId);
    if (domain === undefined) throw new VirtError('no-domain', `no domain ${vmId}`);
    return domain;
  }

  /** Every call takes a turn of the event loop, as a real one does. */
  async #answer(): Promise<void> {
    await Promise.resolve();
    if (!this.#isUp) throw new VirtError('unreachable', 'no connection to libvirt');
  }

  #emit(event: VirtEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function viewOf({ start, pid, state, pauseReason }: Domain): DomainView {
  const { vmId, name, xml } = start;
  return { vmId, name, state, xml, pid, ...(state === 'paused' ? { pauseReason } : {}) };
}
