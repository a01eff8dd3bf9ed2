/**
 * Every operating error a user can meet, with the exit code of the command that meets it.
 * `retriable` says that the same call may succeed later with nothing changed by hand.
 * docs/reference/errors.md is made from this table (`npm run docs`) and checked against it.
 */
export const ERROR_CATALOGUE = {
  HE_FAILED: {
    exitCode: 1,
    retriable: false,
    meaning: 'Something failed that has no code of its own; the message says what.',
  },
  HE_USAGE: {
    exitCode: 1,
    retriable: false,
    meaning: 'The command line is wrong.',
  },
  HE_NOT_DEPLOYED: {
    exitCode: 1,
    retriable: false,
    meaning: 'This host is not set up for a hosted engine.',
  },
  HE_ALREADY_DEPLOYED: {
    exitCode: 10,
    retriable: false,
    meaning: 'This host is already set up.',
  },
  HE_ALREADY_RUNNING: {
    exitCode: 11,
    retriable: true,
    meaning: 'The same command is running on this host.',
  },
  HE_NOT_PERMITTED: {
    exitCode: 12,
    retriable: false,
    meaning: 'The user may not do this; most commands need root.',
  },
  HE_ABORTED: {
    exitCode: 13,
    retriable: true,
    meaning: 'The user, or a signal, ended the command before it was done.',
  },
  HE_STORAGE_UNREACHABLE: {
    exitCode: 20,
    retriable: true,
    meaning: 'The shared storage cannot be mounted, read or written.',
  },
  HE_STORAGE_TIMEOUT: {
    exitCode: 21,
    retriable: true,
    meaning: 'The shared storage did not answer in time; what it holds is unknown.',
  },
  HE_STORAGE_INVALID: {
    exitCode: 22,
    retriable: false,
    meaning: 'The shared storage holds something else than what was expected there.',
  },
  HE_METADATA_CORRUPT: {
    exitCode: 23,
    retriable: false,
    meaning: 'Metadata on the shared storage is damaged.',
  },
  HE_JOURNAL_CORRUPT: {
    exitCode: 24,
    retriable: false,
    meaning: 'Lines of a decision journal are damaged, cut off, or of another format version.',
  },
  HE_REPLAY_DIFFERS: {
    exitCode: 25,
    retriable: false,
    meaning: 'A decision journal, replayed, gave other decisions than it holds.',
  },
  HE_CONFIG_INVALID: {
    exitCode: 30,
    retriable: false,
    meaning: 'A configuration file has a missing or senseless value.',
  },
  HE_ANSWER_MISSING: {
    exitCode: 31,
    retriable: false,
    meaning: 'The answer files leave a question open that has no default.',
  },
  HE_ANSWER_INVALID: {
    exitCode: 32,
    retriable: false,
    meaning: 'An answer is of the wrong type or fails its check.',
  },
  HE_ANSWER_UNKNOWN: {
    exitCode: 33,
    retriable: false,
    meaning: 'An answer file has a key that no question has.',
  },
  HE_HOST_ID_TAKEN: {
    exitCode: 34,
    retriable: false,
    meaning: 'Another host uses this host id.',
  },
  HE_HOST_UNSUITABLE: {
    exitCode: 35,
    retriable: false,
    meaning: 'This host lacks something that the engine VM needs.',
  },
  HE_HOSTD_UNREACHABLE: {
    exitCode: 40,
    retriable: true,
    meaning: 'The host daemon does not answer, or not in time.',
  },
  HE_HOSTD_REFUSED: {
    exitCode: 41,
    retriable: false,
    meaning: 'The host daemon answered with an error.',
  },
  HE_LEASE_HELD: {
    exitCode: 42,
    retriable: true,
    meaning: 'Another host holds the lease of the engine VM: it may be running there.',
  },
  HE_VM_START_FAILED: {
    exitCode: 43,
    retriable: true,
    meaning: 'The engine VM could not be started.',
  },
  HE_VM_EXISTS: {
    exitCode: 44,
    retriable: false,
    meaning: 'The engine VM is on this host already.',
  },
  HE_FIRST_HOST_UNREACHABLE: {
    exitCode: 45,
    retriable: true,
    meaning: 'The first host of the cluster does not answer by SSH.',
  },
  HE_FIRST_HOST_REFUSED: {
    exitCode: 46,
    retriable: false,
    meaning: 'The first host is not who it should be, or does not hand its answer file over.',
  },
  HE_HA_UNREACHABLE: {
    exitCode: 50,
    retriable: true,
    meaning: 'The HA daemon does not answer, or not in time.',
  },
  HE_NO_TARGET: {
    exitCode: 51,
    retriable: true,
    meaning: 'No other host can take the engine VM over.',
  },
  HE_ENGINE_UNREACHABLE: {
    exitCode: 60,
    retriable: true,
    meaning: 'The engine does not answer, or not in time.',
  },
  HE_ENGINE_REFUSED: {
    exitCode: 61,
    retriable: false,
    meaning: 'The engine answered with an error.',
  },
  HE_NOTIFICATION_FAILED: {
    exitCode: 70,
    retriable: true,
    meaning: 'A notification could not be sent; the HA daemon tries again by itself.',
  },
  HE_NOTIFICATION_REFUSED: {
    exitCode: 71,
    retriable: false,
    meaning: 'The mail server or the webhook does not take a notification.',
  },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

export interface CatalogueEntry {
  readonly exitCode: number;
  readonly retriable: boolean;
  /** One sentence for the reference. */
  readonly meaning: string;
}

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
