import { parseArgs } from 'node:util';

export interface SwarmOptions {
  readonly first: number;
  readonly seeds: number;
  /** Drawn by the seed when undefined. */
  readonly hosts: number | undefined;
  readonly json: boolean;
  /** For one seed: which of its faults happen, and when all is healed. */
  readonly keep: readonly number[] | undefined;
  readonly healAtS: number | undefined;
  /** For one seed: prints what happened. */
  readonly log: boolean;
  readonly workers: number | undefined;
}

export const USAGE = `usage: npm run swarm -- --first SEED --seeds N [--hosts K] [--json] [--workers N]
       npm run swarm -- --first SEED --seeds 1 [--hosts K] [--keep 0,2,5] [--heal-at SECONDS] [--log]
`;

/** Throws a RangeError that names the option and what is wrong with it. */
export function parseOptions(words: readonly string[]): SwarmOptions {
  const { values } = parseArgs({
    args: [...words],
    options: {
      first: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '100' },
      hosts: { type: 'string' },
      keep: { type: 'string' },
      'heal-at': { type: 'string' },
      workers: { type: 'string' },
      json: { type: 'boolean', default: false },
      log: { type: 'boolean', default: false },
    },
  });
  const healAt = values['heal-at'];
  const options: SwarmOptions = {
    first: whole('--first', values.first, 0),
    seeds: whole('--seeds', values.seeds, 1),
    hosts: values.hosts === undefined ? undefined : whole('--hosts', values.hosts, 1),
    keep:
      values.keep === undefined
        ? undefined
        : values.keep
            .split(',')
            .filter((word) => word !== '')
            .map((word) => whole('--keep', word, 0)),
    healAtS: healAt === undefined ? undefined : Number(healAt),
    json: values.json,
    log: values.log,
    workers: values.workers === undefined ? undefined : whole('--workers', values.workers, 1),
  };
  if (Number.isNaN(options.healAtS)) throw new RangeError('--heal-at must be a number of seconds');
  const isOne = options.seeds === 1;
  if (!isOne && (options.keep !== undefined || healAt !== undefined || options.log)) {
    throw new RangeError('--keep, --heal-at and --log are for one seed: add --seeds 1');
  }
  return options;
}

function whole(name: string, word: string, min: number): number {
  const value = Number(word);
  if (Number.isSafeInteger(value) && value >= min) return value;
  throw new RangeError(`${name} must be a whole number of at least ${min}, not ${word}`);
}
