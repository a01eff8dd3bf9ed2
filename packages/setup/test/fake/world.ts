import { HeError, type LogFields } from '@hosted-engine/ports';
import type { Dialog, Question } from '../../src/dialog.js';
import { PATHS, UNITS } from '../../src/paths.js';
import type {
  Appliance,
  DeployWorld,
  LinkSituation,
  RunLog,
  Services,
  Virtualization,
} from '../../src/ports.js';
import { FakeEngine } from './engine.js';
import { FakeFiles } from './files.js';
import { FakeFirewall } from './firewall.js';
import { FakeHostd, unreachableHostd } from './hostd.js';
import { FakeRemoteHosts } from './remote-hosts.js';
import { FakeStorage } from './storage.js';

const GIB = 1024 ** 3;

/** One host, with the shared storage and the engine of its cluster. */
export class FakeHost {
  readonly storage: FakeStorage;
  readonly engine: FakeEngine;
  readonly files: FakeFiles;
  readonly hostd: FakeHostd;
  readonly services: FakeServices;
  readonly log = new FakeLog();
  readonly copied: string[] = [];
  readonly seeds: Readonly<Record<string, string>>[] = [];
  readonly lockspaces: { readonly path: string; readonly ioTimeoutS: number }[] = [];
  isRoot = true;
  isLocked = false;
  virtualization: Virtualization = 'supported';
  cpuCount = 8;
  /** Of a Penryn. */
  cpu = {
    vendor: 'GenuineIntel',
    flags: ['lm', 'nx', 'pni', 'ssse3', 'syscall', 'cx16', 'sse4_1', 'vmx'],
  };
  memoryFreeMiB = 16_384;
  links: LinkSituation;
  readonly firewall = new FakeFirewall();
  readonly remotes = new FakeRemoteHosts();
  missingPrograms: string[] = [];
  pingable = ['10.88.1.1'];
  hasSpice = false;
  media = ['/isos/os.iso'];
  appliance: Appliance | undefined = {
    path: PATHS.appliance,
    name: 'HostedEngine',
    vCpus: 3,
    memoryMiB: 5000,
    isVerified: true,
    disk: {
      format: 'qcow2',
      virtualSize: 31 * GIB,
      path: PATHS.appliance,
      member: 'disk.qcow2',
      offset: 1024,
      storedSize: GIB,
      isGzip: false,
    },
  };
  image: { format: string; virtualSize: number } | undefined = {
    format: 'raw',
    virtualSize: 2 * GIB,
  };
  names: Record<string, string[]>;
  dnsNames: string[];
  /** Where an address leads to other names than those that lead to it. */
  readonly reverseNames: Record<string, string[]> = {};
  nowS = 1000;
  /** What happens by itself while somebody waits. */
  onTime: () => void = () => undefined;
  #uuids = 0;

  readonly number: number;

  constructor(number = 1, storage = new FakeStorage(), engine = new FakeEngine()) {
    this.number = number;
    this.storage = storage;
    this.engine = engine;
    this.files = new FakeFiles(storage);
    this.hostd = new FakeHostd(storage);
    this.services = new FakeServices();
    this.names = {
      'engine.lab.test': ['10.88.1.100'],
      [this.fqdn]: [this.address],
    };
    this.dnsNames = Object.keys(this.names);
    this.links = oneCard(this.address);
  }

  get fqdn(): string {
    return `host${this.number}.lab.test`;
  }

  get address(): string {
    return `10.88.1.${10 + this.number}`;
  }

  world(): DeployWorld {
    return {
      files: this.files,
      facts: {
        isRoot: () => this.isRoot,
        hostname: () => this.fqdn,
        cpuCount: () => this.cpuCount,
        cpu: async () => this.cpu,
        memoryFreeMiB: async () => this.memoryFreeMiB,
        virtualization: async () => this.virtualization,
        isBridge: async (name) => this.hostd.bridges.includes(name),
        hasSpice: async () => this.hasSpice,
        missingPrograms: async (names) =>
          names.filter((name) => this.missingPrograms.includes(name)),
      },
      network: {
        ping: async (address) => this.pingable.includes(address),
        resolve: async (name) => this.names[name] ?? [],
        isInDns: async (name) => this.dnsNames.includes(name),
        reverse: async (address) =>
          this.reverseNames[address] ??
          Object.keys(this.names).filter((name) => this.names[name]?.includes(address)),
        localAddresses: () => ['127.0.0.1', this.address],
      },
      services: this.services,
      links: { look: async () => this.links },
      firewall: this.firewall,
      remotes: this.remotes,
      images: {
        inspect: async (path) => {
          if (this.image !== undefined) return this.image;
          throw new HeError('HE_ANSWER_INVALID', `the disk image ${path} does not exist`);
        },
        copyToVolume: async (image, volume, { onProgress }) => {
          onProgress(1, 1);
          this.copied.push(`${image} ${volume}`);
        },
        checkMedium: async (path) => {
          if (this.media.includes(path)) return;
          throw new HeError('HE_ANSWER_INVALID', `the installation media ${path} cannot be used`);
        },
        makeIso: async (path, label, files) => {
          this.seeds.push({ label, ...files });
          this.engine.takeSeed(files['user-data'] ?? '');
          this.files.put(path, 'iso', 0o600);
        },
      },
      appliances: {
        inspect: async (path, _scratch, { onProgress }) => {
          onProgress(1, 1);
          if (this.appliance?.path === path) return this.appliance;
          throw new HeError('HE_ANSWER_INVALID', `the appliance ${path} cannot be used: truncated`);
        },
        copyDisk: async (disk, volume, scratch, { onProgress }) => {
          onProgress(1, 1);
          this.copied.push(`${disk.path}:${disk.member} ${volume} ${scratch}`);
        },
      },
      lockspaces: {
        writeLockspace: async ({ path }, ioTimeoutS) => {
          this.lockspaces.push({ path, ioTimeoutS });
        },
        leave: async () => {
          this.services.isInHaLockspace = false;
        },
      },
      hostd: {
        connect: async () => {
          if (!this.services.active.has(UNITS.hostd)) throw unreachableHostd();
          return this.hostd.session();
        },
      },
      storage: this.storage.probe,
      engine: this.engine,
      ha: { isReporting: async () => this.services.active.has(UNITS.ha) },
      lock: {
        acquire: async () => {
          if (this.isLocked) {
            throw new HeError('HE_ALREADY_RUNNING', 'another deployment is running on this host');
          }
          this.isLocked = true;
          return {
            release: async () => {
              this.isLocked = false;
            },
          };
        },
      },
      clock: {
        monotonicS: () => this.nowS,
        wallMs: () => this.nowS * 1000,
        sleep: async (ms, signal) => {
          if (signal?.aborted === true) return;
          this.nowS += ms / 1000;
          this.onTime();
          // Whoever only waits lets everybody else go first.
          await new Promise((resolve) => setImmediate(resolve));
        },
      },
      random: {
        uuid: () => {
          this.#uuids += 1;
          return `00000000-0000-4000-8000-${`${this.number}${this.#uuids}`.padStart(12, '0')}`;
        },
        bytes: (count) => Uint8Array.from({ length: count }, (_, index) => index * 31),
      },
      log: this.log,
    };
  }

  /** The host comes back from a power cut: what was on disk is there, and enabled units are up. */
  powerCut(): void {
    this.isLocked = false;
    this.storage.openViews = 0;
    this.hostd.powerCut();
    this.services.active.clear();
    this.services.isInHaLockspace = false;
    for (const unit of this.services.enabled) this.services.active.add(unit);
  }

  /** Everything that a failed run has to leave as it was; the archive of answers excepted. */
  snapshot(): unknown {
    const files = Object.fromEntries(
      Object.entries(this.files.snapshot()).filter(
        ([path]) => !path.startsWith(PATHS.answersArchive),
      ),
    );
    return {
      files,
      services: this.services.snapshot(),
      hostd: this.hostd.snapshot(),
      openServices: [...this.firewall.open],
      domain: this.storage.domain?.sdUUID,
      openViews: this.storage.openViews,
      isLocked: this.isLocked,
      isInHaLockspace: this.services.isInHaLockspace,
    };
  }
}

/** A single network card, with a fixed address and the default route. */
function oneCard(local: string): LinkSituation {
  const address = { family: 'inet', local, prefixlen: 24, scope: 'global' };
  return {
    links: [
      { ifname: 'lo', link_type: 'loopback' },
      { ifname: 'eth0', link_type: 'ether', operstate: 'UP', addr_info: [address] },
    ],
    routes: [{ dst: 'default', gateway: '10.88.1.1', dev: 'eth0' }],
    wireless: [],
  };
}

export class FakeServices implements Services {
  readonly active = new Set<string>();
  readonly enabled = new Set<string>();
  readonly jobs: string[] = [];
  /** sanlock keeps a host id that the HA daemon took, also when the daemon has stopped. */
  isInHaLockspace = false;

  snapshot(): unknown {
    return { active: [...this.active].sort(), enabled: [...this.enabled].sort() };
  }
  async isActive(unit: string): Promise<boolean> {
    return this.active.has(unit);
  }
  async isEnabled(unit: string): Promise<boolean> {
    return this.enabled.has(unit);
  }
  async start(unit: string): Promise<void> {
    this.jobs.push(`start ${unit}`);
    this.#up(unit);
  }
  async restart(unit: string): Promise<void> {
    this.jobs.push(`restart ${unit}`);
    this.#up(unit);
  }
  #up(unit: string): void {
    this.active.add(unit);
    if (unit === UNITS.ha) this.isInHaLockspace = true;
  }
  async stop(unit: string): Promise<void> {
    this.jobs.push(`stop ${unit}`);
    this.active.delete(unit);
  }
  async enable(unit: string): Promise<void> {
    this.enabled.add(unit);
  }
  async disable(unit: string): Promise<void> {
    this.enabled.delete(unit);
  }
}

export class FakeLog implements RunLog {
  readonly path = '/var/log/ovirt-hosted-engine-setup/run.log';
  readonly lines: string[] = [];
  readonly secrets = new Set<string>();

  hide(secret: string): void {
    this.secrets.add(secret);
  }
  #add(message: string, fields?: LogFields): void {
    this.lines.push(fields === undefined ? message : `${message} ${JSON.stringify(fields)}`);
  }
  error(message: string, fields?: LogFields): void {
    this.#add(message, fields);
  }
  warn(message: string, fields?: LogFields): void {
    this.#add(message, fields);
  }
  info(message: string, fields?: LogFields): void {
    this.#add(message, fields);
  }
  debug(message: string, fields?: LogFields): void {
    this.#add(message, fields);
  }
}

/**
 * What a person types: all of it in turn, or by the key of the question, where one that is not named is
 * answered by an empty line, and each of several is good for one time.
 */
export type Typed = readonly string[] | Readonly<Record<string, string | readonly string[]>>;

/** Keeps what was said, in the look of the terminal, and answers as a person would. */
export class FakeDialog implements Dialog {
  readonly lines: string[] = [];
  readonly asked: string[] = [];
  readonly progressed: string[] = [];
  readonly #typed: Typed | undefined;

  constructor(typed?: Typed) {
    this.#typed = typed;
  }

  get interactive(): boolean {
    return this.#typed !== undefined;
  }
  info(message: string): void {
    this.lines.push(`[ INFO  ] ${message}`);
  }
  /** What the person in front of it does upon reading a warning. */
  onWarning: (text: string) => void = () => undefined;
  warning(message: string): void {
    this.lines.push(`[WARNING] ${message}`);
    this.onWarning(message);
  }
  error(message: string): void {
    this.lines.push(`[ ERROR ] ${message}`);
  }
  /** What the person in front of it does upon reading a note. */
  onNote: (text: string) => void = () => undefined;
  note(text: string): void {
    this.lines.push(...text.split('\n').map((line) => `          ${line}`));
    this.onNote(text);
  }
  title(text: string): void {
    this.note(`--== ${text} ==--`);
  }
  progress(what: string, done: number, total: number | undefined): void {
    this.progressed.push(`${what}: ${done} of ${total ?? 'unknown'}`);
  }
  /** What happens before the person answers. */
  onAsk: (key: string, dialog: FakeDialog) => void | Promise<void> = () => undefined;
  async ask(question: Question): Promise<string> {
    await this.onAsk(question.key, this);
    this.asked.push(question.key);
    const answer = this.#answerTo(question.key);
    const shown = question.isSecret ? '' : (answer ?? '');
    this.note(`${question.prompt} ${shown}`.trimEnd());
    if (answer === undefined) throw new HeError('HE_ABORTED', 'End of file');
    return answer;
  }
  #answerTo(key: string): string | undefined {
    const typed = this.#typed;
    if (typed === undefined) return undefined;
    if (isList(typed)) return typed[this.asked.length - 1];
    const answer = typed[key] ?? '';
    if (!isList(answer)) return answer;
    return answer[this.asked.filter((asked) => asked === key).length - 1];
  }
}

function isList(value: Typed | string): value is readonly string[] {
  return Array.isArray(value);
}
