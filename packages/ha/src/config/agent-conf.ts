import {
  DEFAULT_TIMING,
  DEFAULT_WEIGHTS,
  type ScoreWeights,
  type Timing,
} from '@hosted-engine/core';
import {
  type DecimalKey,
  FormatError,
  IniDocument,
  type IntegerKey,
  readConfValue,
} from '@hosted-engine/formats';
import { messageOf } from '@hosted-engine/ports';
import { SCORE_KEYS } from './score-keys.js';
import { TIMING_KEYS } from './timing-keys.js';

/** agent.conf: what a host may weigh and time differently. */
export interface AgentConf {
  readonly weights: ScoreWeights;
  readonly timing: Timing;
  /** What of the file makes no sense, and what is done instead. A daemon that left for a typo would help nobody. */
  readonly warnings: readonly string[];
}

type NumberKey = IntegerKey | DecimalKey;

/** Never throws: a bad value has its default, and a warning names the file, the key, the value and the default. */
export function parseAgentConf(text: string, file: string): AgentConf {
  const warnings: string[] = [];
  const document = documentOf(text, file, warnings);

  function read(key: NumberKey, fallback: number): number {
    const written = document?.get(key.section ?? '', key.key);
    if (written === undefined) return fallback;
    const value = readConfValue(key, written);
    if (value.kind === 'value') return value.value;
    warnings.push(warningOf(key, written, value.what, fallback));
    return fallback;
  }

  function warningOf(key: NumberKey, written: string, what: string, fallback: number): string {
    return `${file}: [${key.section ?? ''}] ${key.key} = ${written} ${what}; the default ${fallback} is used`;
  }

  function warnOfUnknown(section: string, keys: readonly NumberKey[]): void {
    for (const written of document?.section(section).keys() ?? []) {
      if (keys.some(({ key }) => key === written)) continue;
      warnings.push(`${file}: [${section}] has no key ${written}; it counts for nothing`);
    }
  }

  let weights = valuesOf(SCORE_KEYS, DEFAULT_WEIGHTS, read);
  if (weights.cpuLoadMin >= weights.cpuLoadMax) {
    const { cpuLoadMin, cpuLoadMax } = DEFAULT_WEIGHTS;
    warnings.push(
      `${file}: [score] ${SCORE_KEYS.cpuLoadMin.key} = ${weights.cpuLoadMin} is not below ` +
        `${SCORE_KEYS.cpuLoadMax.key} = ${weights.cpuLoadMax}; the defaults ${cpuLoadMin} and ${cpuLoadMax} are used`,
    );
    weights = { ...weights, cpuLoadMin, cpuLoadMax };
  }
  const timing = valuesOf(TIMING_KEYS, DEFAULT_TIMING, read);
  warnOfUnknown('score', Object.values(SCORE_KEYS));
  warnOfUnknown('timing', Object.values(TIMING_KEYS));
  return { weights, timing, warnings };
}

/** One value for each field, by its key. */
function valuesOf<T extends { readonly [K in keyof T]: number }>(
  keys: { readonly [K in keyof T]: NumberKey },
  defaults: T,
  read: (key: NumberKey, fallback: number) => number,
): T {
  const fields = Object.keys(keys) as (keyof T)[];
  // `keys` has each field of T, and each is a number.
  return Object.fromEntries(
    fields.map((field) => [field, read(keys[field], defaults[field])]),
  ) as T;
}

function documentOf(text: string, file: string, warnings: string[]): IniDocument | undefined {
  try {
    return IniDocument.parse(text, file);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    warnings.push(`${messageOf(error)}; all of its defaults are used`);
    return undefined;
  }
}
