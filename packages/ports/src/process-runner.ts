/** What a finished command left behind. A command that could not be started rejects with HeError. */
export interface ProcessResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessOptions {
  /** Bytes for standard input; a secret goes here, never into the arguments. */
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Aborting kills the command; the call then rejects with HE_ABORTED. */
  readonly signal?: AbortSignal;
  /** @default 60000 */
  readonly timeoutMs?: number;
  /** Called with each piece of either output as it comes, for progress; the result has it all. */
  readonly onOutput?: (text: string) => void;
}

/** Runs other programs, with no shell between. */
export interface ProcessRunner {
  /** A non-zero exit is a result, not an error. A time-out rejects with HE_FAILED. */
  run(command: string, args: readonly string[], options?: ProcessOptions): Promise<ProcessResult>;
}
