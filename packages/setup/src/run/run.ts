import { HeError } from '@hosted-engine/ports';
import type { AnswerSet } from '../answers/answer-set.js';
import type { GivenAnswer } from '../answers/given.js';
import type { Dialog } from '../dialog.js';
import type {
  DeployWorld,
  EngineApi,
  EngineHost,
  FoundDomain,
  HostdSession,
  StorageView,
} from '../ports.js';
import type { Backups } from './backups.js';
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
  vncPassword?: string;
  /** Parts of shared storage that this very run made, and may therefore remove. */
  madeDomain?: boolean;
  poolConnected?: boolean;
  isSpm?: boolean;
  storageConnected?: boolean;
  monitoring?: boolean;
  vmCreated?: boolean;
  madeBridge?: boolean;
  unitsBefore?: Map<string, { readonly active: boolean; readonly enabled: boolean }>;
  lock?: { release(): Promise<void> };
}

export interface Run {
  readonly world: DeployWorld;
  readonly dialog: Dialog;
  readonly answers: AnswerSet;
  readonly options: DeployOptions;
  readonly found: Findings;
  readonly backups: Backups;
  /** Aborts when the run is to end: a signal, or a person who gives up. */
  readonly signal: AbortSignal;
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
