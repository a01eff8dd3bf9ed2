// What set-up needs of the host it configures. Each port is small, so that a fake of it is too; those with
// behaviour worth pinning down have a suite in contract/, passed by the adapter and by the fake.

import type { Clock, LeaseAreas, Lockspaces, Log } from '@hosted-engine/ports';
import type { VdsmCaller } from '@hosted-engine/vdsm';
import type { Appliances, CopyWatch } from './ports/appliances.js';
import type { Firewall } from './ports/firewall.js';
import type { HostLinks } from './ports/links.js';
import type { RemoteHosts } from './ports/remote-hosts.js';

export type * from './ports/appliances.js';

export interface FileMode {
  /** Permission bits, e.g. 0o600. */
  readonly mode: number;
  /** @default root */
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Files of this host, and of the storage mounted on it.
 *   F1. `write` is atomic: a reader, or a crash, meets the old bytes or the new ones. It makes missing
 *       parent directories (0755), and sets mode and owner before the name appears.
 *   F2. `remove` and `removeTree` of something absent succeed.
 *   F3. `overwrite` never creates, shortens nor lengthens a file; the bytes are on storage when it resolves.
 *   F4. `modeOf` is undefined for an absent file; so is `read`.
 */
export interface HostFiles {
  read(path: string): Promise<Uint8Array | undefined>;
  modeOf(path: string): Promise<number | undefined>;
  write(path: string, bytes: Uint8Array, mode: FileMode): Promise<void>;
  overwrite(path: string, bytes: Uint8Array, offset: number): Promise<void>;
  /** Makes `path` a symbolic link to `target`, in place of whatever link was there. */
  link(path: string, target: string, owner: { uid: number; gid: number }): Promise<void>;
  remove(path: string): Promise<void>;
  removeTree(path: string): Promise<void>;
}

export type Virtualization = 'supported' | 'absent' | 'unknown';

/** What this host is. */
export interface HostFacts {
  isRoot(): boolean;
  hostname(): string;
  cpuCount(): number;
  /** Vendor and flags in the kernel's spelling; empty where it names none. */
  cpu(): Promise<{ readonly vendor: string; readonly flags: readonly string[] }>;
  /** MiB that a VM could use now. */
  memoryFreeMiB(): Promise<number>;
  virtualization(): Promise<Virtualization>;
  isBridge(name: string): Promise<boolean>;
  /** Whether QEMU here can serve SPICE. */
  hasSpice(): Promise<boolean>;
  /** Those of `names` that no directory of the search path holds. */
  missingPrograms(names: readonly string[]): Promise<readonly string[]>;
}

export interface Network {
  /** One echo, answered in time. HeError only when it could not be sent at all. */
  ping(address: string): Promise<boolean>;
  /** Addresses by the host's own resolver; empty when there is no such name. */
  resolve(name: string): Promise<readonly string[]>;
  /** Whether DNS itself knows the name; `unknown` when no server answered. */
  isInDns(name: string): Promise<boolean | 'unknown'>;
  /** Names of an address by the host's own resolver; none when it has none, `unknown` when that failed. */
  reverse(address: string): Promise<readonly string[] | 'unknown'>;
  localAddresses(): readonly string[];
}

/** systemd units. Each call resolves when the job has ended, and rejects with HE_FAILED when it failed. */
export interface Services {
  isActive(unit: string): Promise<boolean>;
  isEnabled(unit: string): Promise<boolean>;
  start(unit: string): Promise<void>;
  restart(unit: string): Promise<void>;
  stop(unit: string): Promise<void>;
  enable(unit: string): Promise<void>;
  disable(unit: string): Promise<void>;
}

export interface DiskImages {
  /** HE_ANSWER_INVALID when there is no such file or it is no disk image. */
  inspect(path: string): Promise<{ readonly format: string; readonly virtualSize: number }>;
  /** Copies an image's content onto an existing volume that holds zeros. */
  copyToVolume(image: string, volume: string, watch: CopyWatch): Promise<void>;
  /** HE_ANSWER_INVALID when a VM could not boot from this file or device: absent, unreadable for QEMU, no CD. */
  checkMedium(path: string): Promise<void>;
  /** Makes an ISO 9660 image, 0600, of these small files. */
  makeIso(path: string, label: string, files: Readonly<Record<string, string>>): Promise<void>;
}

export interface HostdSession extends VdsmCaller {
  close(): Promise<void>;
}

/** Connects to this host's own host daemon with the certificates now in place. HE_HOSTD_UNREACHABLE. */
export interface HostdConnector {
  connect(signal: AbortSignal): Promise<HostdSession>;
}

/** How the shared storage is reached, in VDSM's terms. */
export interface StorageTarget {
  readonly domainType: string;
  readonly connection: string;
  readonly vfsType: string | undefined;
  readonly mountOptions: string | undefined;
}

/**
 * A look at shared storage before anything is changed: it is mounted aside, read, and unmounted by `close`.
 * HE_STORAGE_UNREACHABLE: no such path, or the mount failed. HE_STORAGE_INVALID: vdsm may not use it.
 */
export interface StorageProbe {
  open(target: StorageTarget, signal: AbortSignal): Promise<StorageView>;
}

export interface StorageView {
  readonly freeBytes: number;
  domains(): Promise<readonly FoundDomain[]>;
  /** Up to `length` bytes from `offset` of a file below the mount; HE_STORAGE_UNREACHABLE on failure. */
  read(relativePath: string, offset: number, length: number): Promise<Uint8Array>;
  exists(relativePath: string): Promise<boolean>;
  /** Makes and removes a file as vdsm would. HE_STORAGE_INVALID when that fails. */
  checkWritable(): Promise<void>;
  close(): Promise<void>;
}

export interface FoundDomain {
  readonly sdUUID: string;
  /** dom_md/metadata, by key; empty for one whose creation was broken off before it was written. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly volumes: readonly FoundVolume[];
}

export interface FoundVolume {
  readonly imageUUID: string;
  readonly volumeUUID: string;
  readonly description: string;
  readonly diskType: string;
}

export type EngineHealth =
  | { readonly kind: 'up'; readonly text: string }
  /** The page answered that the engine is not well. */
  | { readonly kind: 'down'; readonly text: string }
  /** Nobody answered. That does not say that the engine is down (I5). */
  | { readonly kind: 'unreachable'; readonly why: string };

export interface EngineHost {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly status: string;
  /** Why it is in that status, when the engine says. */
  readonly detail?: string;
}

/**
 * The engine over HTTP. `health` and `caCertificate` need no trust; the others speak HTTPS to a server
 * whose certificate is of the CA given to `EngineConnector.connect`.
 * HE_ENGINE_UNREACHABLE: no answer. HE_ENGINE_REFUSED: an answer that says no, with its reason.
 */
export interface EngineApi {
  health(signal: AbortSignal): Promise<EngineHealth>;
  /** PEM of the engine's CA as anybody may fetch it: to be compared with a known fingerprint. */
  caCertificate(): Promise<string>;
  /** PEM of this host's certificate, signed for the PEM request. */
  enroll(csr: string): Promise<string>;
  addHost(host: NewHost): Promise<EngineHost>;
  findHost(name: string): Promise<EngineHost | undefined>;
  host(id: string): Promise<EngineHost>;
  /** The key by which the engine logs in to hosts, as a line of authorized_keys; undefined: it has none. */
  sshKey(): Promise<string | undefined>;
  /** What the engine's events tell of this host's troubles, the latest first; empty when it tells nothing. */
  complaints(host: string): Promise<readonly string[]>;
  /**
   * Sets the cluster's CPU type, in the engine's words. False: the cluster has no CPU yet, as its first host has not
   * brought one.
   */
  setClusterCpu(cluster: string, cpu: string): Promise<boolean>;
}

export interface NewHost {
  readonly name: string;
  readonly address: string;
  readonly cluster: string;
  readonly sshPort: number;
}

export interface EngineConnector {
  /** `ca` undefined: only what needs no trust works. */
  connect(fqdn: string, credentials: EngineCredentials | undefined): EngineApi;
}

export interface EngineCredentials {
  readonly ca: string;
  readonly password: string;
}

/** The HA daemon of this host. */
export interface HaProbe {
  /** Whether it reports this host id as alive; false while it does not answer. */
  isReporting(hostId: number): Promise<boolean>;
}

/** At most one set-up on a host at a time, for as long as the process lives. HE_ALREADY_RUNNING. */
export interface RunLock {
  acquire(): Promise<{ release(): Promise<void> }>;
}

export interface Random {
  uuid(): string;
  bytes(count: number): Uint8Array;
}

/** The log of one run, from which every secret told to `hide` is masked. */
export interface RunLog extends Log {
  readonly path: string;
  hide(secret: string): void;
}

export * from './ports/firewall.js';
export * from './ports/links.js';
export * from './ports/remote-hosts.js';

export interface DeployWorld {
  readonly links: HostLinks;
  readonly firewall: Firewall;
  readonly remotes: RemoteHosts;
  readonly files: HostFiles;
  readonly facts: HostFacts;
  readonly network: Network;
  readonly services: Services;
  readonly images: DiskImages;
  readonly appliances: Appliances;
  readonly lockspaces: Pick<LeaseAreas, 'writeLockspace'> & Pick<Lockspaces, 'leave'>;
  readonly hostd: HostdConnector;
  readonly storage: StorageProbe;
  readonly engine: EngineConnector;
  readonly ha: HaProbe;
  readonly lock: RunLock;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: RunLog;
}
