import type { Broker, Clock } from '@hosted-engine/ports';
import type {
  Dialog,
  EngineHealth,
  GivenAnswer,
  HostdSession,
  HostFiles,
  RunLog,
} from '@hosted-engine/setup';
import type { TuiHost } from '@hosted-engine/tui';
import type { Screen } from './terminal/screen.js';

/** What a command may use. main.ts makes the real ones, tests others. */
export interface CliContext {
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  readonly files: Pick<HostFiles, 'read' | 'modeOf' | 'write'>;
  readonly broker: Broker;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Aborts when nobody reads the output any more. */
  readonly outputGone: AbortSignal;
  /** Undefined when the output is no terminal. */
  screen(): Promise<Screen | undefined>;
  /** Asks for something that is not echoed; undefined when there is no terminal. */
  readSecret(prompt: string): Promise<string | undefined>;
  /** Gives the terminal to another program; resolves with its exit code. HE_HOST_UNSUITABLE. */
  runAttached(program: string, args: readonly string[]): Promise<number>;
  /** The host daemon of this host. HE_HOSTD_UNREACHABLE. */
  connectHostd(signal: AbortSignal): Promise<HostdSession>;
  /** Reads a whiteboard, or a copy of one, wherever it is: the bytes of all its slots. */
  readWhiteboard(path: string): Promise<Uint8Array>;
  engineHealth(fqdn: string, signal: AbortSignal): Promise<EngineHealth>;
  /** The name of this host, as its administrators know it. */
  hostname(): string;
  /** Shows the text UI until it is left; false when there is no terminal to show it on. */
  showTui(host: TuiHost): Promise<boolean>;
  /** Runs the set-up and resolves with its exit code. */
  deploy(options: DeployArguments): Promise<number>;
  /** Undoes the deployment of this host and resolves with the exit code. */
  cleanUp(options: CleanupArguments): Promise<number>;
}

export interface CleanupArguments {
  readonly quiet: boolean;
  readonly storage: boolean;
}

export interface DeployArguments {
  readonly configFiles: readonly string[];
  /** By the environment and by flags. */
  readonly given?: readonly GivenAnswer[];
  readonly generateAnswer: string | undefined;
  /** Only check, change nothing. @default false */
  readonly isCheckOnly?: boolean;
  /** Where its dialog takes place. @default the terminal */
  readonly makeDialog?: (log: RunLog) => Dialog;
  /** Aborts the run. @default the signal of the program */
  readonly signal?: AbortSignal;
}
