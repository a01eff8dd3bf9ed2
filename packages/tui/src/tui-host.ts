import type { StatusView } from '@hosted-engine/core/whiteboard';
import type { Dialog, RunLog } from '@hosted-engine/setup';

/** What a person can do from the console of a host. The CLI does it with the code of its commands. */
export interface TuiHost {
  /** The name of this host, as its administrators know it. */
  readonly hostname: string;
  /** How things stand now. What cannot be told is in the answer; it does not reject. */
  look(): Promise<Look>;
  /** As `hosted-engine --set-maintenance`. HE_NO_TARGET: local, and nobody can take the engine VM over. */
  setMaintenance(mode: MaintenanceMode, isForced: boolean): Promise<void>;
  /** Sets a password for the engine VM's console; resolves with the lines that say how to connect. */
  setConsolePassword(password: string): Promise<readonly string[]>;
  /** Runs the set-up with a dialog of its own. Resolves with its exit code. HeError: it did not begin. */
  deploy(request: DeployRequest): Promise<number>;
}

export const MAINTENANCE_MODES = ['global', 'local', 'none'] as const;
export type MaintenanceMode = (typeof MAINTENANCE_MODES)[number];

export interface DeployRequest {
  /** Answer files, in the order given. */
  readonly configFiles: readonly string[];
  readonly makeDialog: (log: RunLog) => Dialog;
  /** Aborts the run, which then undoes what it did. */
  readonly signal: AbortSignal;
}

export interface Look {
  readonly deployment: Deployment;
  readonly board: Board;
}

export type Deployment =
  | { readonly kind: 'deployed'; readonly fqdn: string; readonly hostId: number }
  | { readonly kind: 'none' }
  /** There is a configuration that cannot be used. */
  | { readonly kind: 'broken'; readonly why: string };

export type Board =
  | { readonly kind: 'known'; readonly view: StatusView }
  | { readonly kind: 'unknown'; readonly why: string };
