import { HeError } from '@hosted-engine/ports/he-error';

/** One option of a command: `--name`, `--name=VALUE` or `--name VALUE`. */
export interface OptionSpec {
  readonly name: string;
  /** One letter, for `-q`. */
  readonly short?: string;
  /** What to call the value in the usage; undefined: the option takes none. */
  readonly value?: string;
  readonly isRepeatable?: true;
  readonly help: string;
}

export type OptionValues = ReadonlyMap<string, readonly string[]>;

/** HE_USAGE for an option that the command does not have, or that is written wrongly. */
export function parseOptions(args: readonly string[], specs: readonly OptionSpec[]): OptionValues {
  const values = new Map<string, string[]>();
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    const at = arg.indexOf('=');
    const name = at === -1 ? arg : arg.slice(0, at);
    let value = at === -1 ? undefined : arg.slice(at + 1);
    const spec = specs.find(
      (candidate) => `--${candidate.name}` === name || `-${candidate.short}` === name,
    );
    if (spec === undefined) {
      throw new HeError('HE_USAGE', `Invalid option '${arg}'`, {
        remedy:
          specs.length === 0
            ? 'the command has no options'
            : `its options are ${specs.map((one) => `--${one.name}`).join(', ')}`,
      });
    }
    const next = args[index + 1];
    if (spec.value !== undefined && at === -1 && next !== undefined && !next.startsWith('--')) {
      value = next;
      index += 1;
    }
    if (spec.value === undefined && value !== undefined) {
      throw new HeError('HE_USAGE', `Option ${name} takes no value`);
    }
    if (spec.value !== undefined && (value === undefined || value === '')) {
      throw new HeError('HE_USAGE', `Option ${name} needs a value: ${name}=${spec.value}`);
    }
    const given = values.get(spec.name) ?? [];
    if (given.length > 0 && spec.isRepeatable !== true) {
      throw new HeError('HE_USAGE', `Option ${name} is given twice`);
    }
    values.set(spec.name, [...given, value ?? '']);
  }
  return values;
}

/** The value of an option given at most once. */
export function optionValue(values: OptionValues, name: string): string | undefined {
  return values.get(name)?.[0];
}
