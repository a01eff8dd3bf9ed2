import { HeError } from '@hosted-engine/ports';
import { AnswerSet } from '../answers/answer-set.js';
import type { GivenAnswer } from '../answers/given.js';
import type { Dialog } from '../dialog.js';
import type {
  Appliance,
  DeployWorld,
  EngineApi,
  EngineHost,
  FoundDomain,
  HostdSession,
  StorageView,
} from '../ports.js';
import type { VmBoot } from '../render/vm-conf.js';
import { Backups } from './backups.js';
import { givenAnswers } from './given-answers.js';
import { Journal, type JournalRecord } from './journal.js';
import type { HostRole } from './step.js';

export interface DeployOptions {
  /** Answer files, in the order given. */
  readonly configFiles: readonly string[];
  /** Answers of the environment and of flags; they outdo those of the files. */
  readonly given?: readonly GivenAnswer[];
  /** Only check what can be checked without a change, and without asking anybody. */
  readonly isCheckOnly?: boolean;
  /** Where to write the answers besides the usual place. */
  readonly generateAnswer?: string;
  readonly version: string;
  /** A terminal that a broken network connection would take along: SSH without a multiplexer. */
  readonly isUnprotectedSession: boolean;
}

/** What a run finds out and makes on its way. A later step may rely on what an earlier one put here. */
export interface Findings {
  role?: HostRole;
  view?: StorageView;
  domain?: FoundDomain;
  /** What the medium that the VM boots from says of the sizes it needs, as far as it does. */
  medium?: {
    /** Of what is copied onto the VM's disk. */
    readonly diskBytes?: number;
    readonly vCpus?: number;
    readonly memoryMB?: number;
  };
  hostd?: HostdSession;
  /** VMs have to be emulated: there is no hardware virtualization, and the answers allow it. */
  emulation?: boolean;
  ca?: { readonly certificate: string; readonly key: string | undefined };
  engine?: EngineApi;
  engineHost?: EngineHost;
  seedPath?: string;
  /** What the engine VM is imported from. */
  appliance?: Appliance;
  /** The definition that the VM was started with last: its first boot and the later ones differ. */
  vmBoot?: VmBoot;
  /** How often it had to be started again while the engine was being installed in it. */
  vmRestarts?: number;
  vncPassword?: string;
  /** Parts of shared storage that this very run made, and may therefore remove. */
  madeDomain?: boolean;
  poolConnected?: boolean;
  isSpm?: boolean;
  storageConnected?: boolean;
  monitoring?: boolean;
  vmCreated?: boolean;
  madeBridge?: boolean;
  /** Let in by firewalld. */
  openedService?: boolean;
  /** By which the engine may log in: type and key, as in authorized_keys. */
  engineKey?: string;
  /** An undo has told of something that stays behind. */
  remains?: true;
  unitsBefore?: Map<string, { readonly active: boolean; readonly enabled: boolean }>;
  lock?: { release(): Promise<void> };
  /** A run that was broken off, and that this one goes on with. */
  earlier?: JournalRecord;
  /** In a resumed run: the engine VM of the earlier one is up on this host. */
  isVmAlive?: boolean;
  /** An unfinished domain that somebody wants to be removed from the storage. */
  unfinishedDomain?: string;
}

/** Findings that undoing or resuming in another process needs. They are plain data. */
const REMEMBERED = [
  'emulation',
  'madeDomain',
  'poolConnected',
  'isSpm',
  'storageConnected',
  'monitoring',
  'vmCreated',
  'madeBridge',
  'openedService',
  'engineKey',
  'engineHost',
] as const satisfies readonly (keyof Findings)[];

export interface Run {
  readonly world: DeployWorld;
  readonly dialog: Dialog;
  readonly answers: AnswerSet;
  readonly options: DeployOptions;
  readonly found: Findings;
  readonly backups: Backups;
  readonly journal: Journal;
  /** Aborts when the run is to end: a signal, or a person who gives up. */
  readonly signal: AbortSignal;
}

/** A run that has not begun yet. */
export function createRun(
  world: DeployWorld,
  dialog: Dialog,
  options: DeployOptions,
  signal: AbortSignal,
): Run {
  const answers = new AnswerSet();
  const found: Findings = {};
  const origin = {
    startedAt: new Date(world.clock.wallMs()).toISOString(),
    version: options.version,
    log: world.log.path,
  };
  const backups: Backups = new Backups(world.files, () => journal.save());
  const journal = new Journal(world.files, origin, () => ({
    role: found.role,
    answers: Object.fromEntries(
      givenAnswers(answers).map(({ name, value }) => [name, value] as const),
    ),
    found: Object.fromEntries(
      REMEMBERED.flatMap((name) => (found[name] === undefined ? [] : [[name, found[name]]])),
    ),
    units: Object.fromEntries(found.unitsBefore ?? []),
    files: backups.list(),
  }));
  return { world, dialog, options, signal, answers, found, backups, journal };
}

/** Goes on with an earlier run: its answers, findings, backups and steps become this one's. */
export function adoptRecord(run: Run, record: JournalRecord): void {
  const { role, found, units, files } = record;
  Object.assign(run.found, found, role === undefined ? {} : { role });
  run.found.unitsBefore = new Map(Object.entries(units));
  run.backups.adopt(files);
  run.journal.adopt(record);
}

/** Puts findings on record before the change that they stand for is made. */
export async function remember(run: Run, findings: Partial<Findings>): Promise<void> {
  Object.assign(run.found, findings);
  await run.journal.save();
}

/** A finding that an earlier step must have left. Its absence is a fault of the program. */
export function finding<K extends keyof Findings>(run: Run, name: K): NonNullable<Findings[K]> {
  const value = run.found[name];
  if (value === undefined || value === null) throw new Error(`no step has found '${name}' yet`);
  return value;
}

/** Throws HE_ABORTED once the run is to end. Loops call it each time round. */
export function throwIfAborted(run: Run): void {
  if (run.signal.aborted) throw new HeError('HE_ABORTED', 'aborted');
}
