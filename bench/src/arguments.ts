import { parseArgs } from 'node:util';
import { HeError } from '@hosted-engine/ports';

export const PARTS = ['tick', 'cost', 'status', 'qemu', 'migration', 'crash'] as const;
export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  readonly parts: readonly Part[];
  readonly crashes: number;
  readonly kills: number;
  readonly moves: number;
  /** How long the cost of the daemons is watched. */
  readonly seconds: number;
  /** Where to write the findings as JSON. */
  readonly json: string | undefined;
}

export const USAGE = `npm run bench:failover -- [PART…] [OPTION…]

Parts: tick       a tick of the daemon at 250 simulated hosts; needs no lab
       cost       CPU, memory and reads of the HA daemons of three lab hosts
       status     hosted-engine --vm-status --json
       qemu       QEMU is killed, until QEMU starts again
       migration  the outage that a client sees when the engine VM moves
       crash      the engine VM's host loses its power, until QEMU starts elsewhere, beyond the lease floor
Without any, all.

--crashes N   crashes of a host, about two minutes each (5)
--kills N     kills of QEMU (3)
--moves N     migrations (3)
--seconds S   how long the cost is watched (120)
--json FILE   the findings as JSON as well; - for the standard output
`;

/** HE_USAGE for what makes no sense. */
export function parseArguments(args: readonly string[]): BenchOptions {
  const { values, positionals } = parse(args);
  const parts = positionals.map((word) => {
    const part = PARTS.find((known) => known === word);
    if (part === undefined) throw usage(`there is no part ${word}`);
    return part;
  });
  const count = (name: 'crashes' | 'kills' | 'moves' | 'seconds', fallback: number): number => {
    const text = values[name];
    if (text === undefined) return fallback;
    if (!/^[1-9]\d{0,4}$/.test(text)) throw usage(`--${name} ${text} is no number above zero`);
    return Number(text);
  };
  return {
    parts: parts.length === 0 ? PARTS : parts,
    crashes: count('crashes', 5),
    kills: count('kills', 3),
    moves: count('moves', 3),
    seconds: count('seconds', 120),
    json: values.json,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        crashes: { type: 'string' },
        kills: { type: 'string' },
        moves: { type: 'string' },
        seconds: { type: 'string' },
        json: { type: 'string' },
      },
    });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

function usage(fault: string): HeError {
  return new HeError('HE_USAGE', fault, { remedy: USAGE });
}
