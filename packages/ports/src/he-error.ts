/**
 * Every operating error a user can meet, with the exit code of the command that meets it.
 * `retriable` says that the same call may succeed later with nothing changed by hand.
 * docs/reference/errors.md is checked against this table.
 */
export const ERROR_CATALOGUE = {
  HE_FAILED: { exitCode: 1, retriable: false },
  HE_USAGE: { exitCode: 1, retriable: false },
  HE_NOT_DEPLOYED: { exitCode: 1, retriable: false },
  HE_ALREADY_DEPLOYED: { exitCode: 10, retriable: false },
  HE_ALREADY_RUNNING: { exitCode: 11, retriable: true },
  HE_NOT_PERMITTED: { exitCode: 12, retriable: false },
  HE_ABORTED: { exitCode: 13, retriable: true },
  HE_STORAGE_UNREACHABLE: { exitCode: 20, retriable: true },
  HE_STORAGE_TIMEOUT: { exitCode: 21, retriable: true },
  HE_STORAGE_INVALID: { exitCode: 22, retriable: false },
  HE_METADATA_CORRUPT: { exitCode: 23, retriable: false },
  HE_CONFIG_INVALID: { exitCode: 30, retriable: false },
  HE_ANSWER_MISSING: { exitCode: 31, retriable: false },
  HE_ANSWER_INVALID: { exitCode: 32, retriable: false },
  HE_ANSWER_UNKNOWN: { exitCode: 33, retriable: false },
  HE_HOST_ID_TAKEN: { exitCode: 34, retriable: false },
  HE_HOST_UNSUITABLE: { exitCode: 35, retriable: false },
  HE_HOSTD_UNREACHABLE: { exitCode: 40, retriable: true },
  HE_HOSTD_REFUSED: { exitCode: 41, retriable: false },
  HE_LEASE_HELD: { exitCode: 42, retriable: true },
  HE_VM_START_FAILED: { exitCode: 43, retriable: true },
  HE_VM_EXISTS: { exitCode: 44, retriable: false },
  HE_HA_UNREACHABLE: { exitCode: 50, retriable: true },
  HE_ENGINE_UNREACHABLE: { exitCode: 60, retriable: true },
  HE_ENGINE_REFUSED: { exitCode: 61, retriable: false },
} as const;

export type HeErrorCode = keyof typeof ERROR_CATALOGUE;

export interface HeErrorOptions {
  /** What the reader should do, as an imperative sentence. */
  readonly remedy?: string;
  /** Values for the log; never a secret. */
  readonly details?: Readonly<Record<string, string | number | boolean>>;
  readonly cause?: unknown;
}

/** An error of the world (not of the program): what was attempted on which thing, and the remedy. */
export class HeError extends Error {
  readonly code: HeErrorCode;
  readonly remedy: string | undefined;
  readonly details: Readonly<Record<string, string | number | boolean>>;

  constructor(code: HeErrorCode, message: string, options: HeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HeError';
    this.code = code;
    this.remedy = options.remedy;
    this.details = options.details ?? {};
  }

  get exitCode(): number {
    return ERROR_CATALOGUE[this.code].exitCode;
  }

  get retriable(): boolean {
    return ERROR_CATALOGUE[this.code].retriable;
  }
}

/** The message of anything that was thrown, for a log line. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
