/**
 * vm.conf: the engine VM's definition. `key=value` lines, of which `devices`, `drive` and
 * `guestNumaNodes` repeat and hold maps. White space means nothing anywhere, so a value cannot
 * hold any; "#" begins a comment.
 */
import { FormatError, type FormatProblem } from './format-error.js';
import { formatVmSpec, parseVmSpec, type VmSpec, VmSpecError } from './vm-spec.js';

export interface VmConf {
  /** The keys that occur once (vmId, memSize, …), in the file's order. */
  readonly settings: Readonly<Record<string, string>>;
  /** `custom_NAME=value` lines, by NAME. */
  readonly custom: Readonly<Record<string, string>>;
  readonly devices: readonly VmSpec[];
  readonly drives: readonly VmSpec[];
  readonly guestNumaNodes: readonly VmSpec[];
}

const CUSTOM = 'custom_';

/** Key in the file, and field of VmConf, of what repeats. */
const LISTS = [
  ['devices', 'devices'],
  ['drive', 'drives'],
  ['guestNumaNodes', 'guestNumaNodes'],
] as const;

type ListField = (typeof LISTS)[number][1];

/** @throws FormatError with every malformed line */
export function parseVmConf(text: string, file = 'vm.conf'): VmConf {
  const settings: [string, string][] = [];
  const lists: Record<ListField, VmSpec[]> = { devices: [], drives: [], guestNumaNodes: [] };
  const problems: FormatProblem[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/\s+/g, '').replace(/#.*/, '');
    if (line === '') continue;
    const equals = line.indexOf('=');
    const key = equals < 0 ? line : line.slice(0, equals);
    const value = equals < 0 ? '' : line.slice(equals + 1);
    const field = LISTS.find(([spelled]) => spelled === key)?.[1];
    if (key === '' || key === CUSTOM) {
      problems.push({ line: index + 1, what: 'has no key' });
    } else if (field === undefined) {
      settings.push([key, value]);
    } else {
      const spec = readSpec(value, { line: index + 1, key }, problems);
      if (spec !== undefined) lists[field].push(spec);
    }
  }
  if (problems.length > 0) throw new FormatError(file, problems);
  const isCustom = ([key]: readonly [string, string]): boolean => key.startsWith(CUSTOM);
  return {
    settings: Object.fromEntries(settings.filter((entry) => !isCustom(entry))),
    custom: Object.fromEntries(
      settings.filter(isCustom).map(([key, value]) => [key.slice(CUSTOM.length), value]),
    ),
    ...lists,
  };
}

function readSpec(
  value: string,
  place: { line: number; key: string },
  problems: FormatProblem[],
): VmSpec | undefined {
  try {
    return parseVmSpec(value);
  } catch (thrown) {
    if (!(thrown instanceof VmSpecError)) throw thrown;
    problems.push({ ...place, what: thrown.message });
    return undefined;
  }
}

/** The file's text: settings, custom ones, then devices. @throws FormatError for what it cannot hold */
export function formatVmConf(conf: VmConf, file = 'vm.conf'): string {
  const problems: FormatProblem[] = [];
  const single = [
    ...Object.entries(conf.settings),
    ...Object.entries(conf.custom).map(([key, value]) => [`${CUSTOM}${key}`, value] as const),
  ];
  for (const [key, value] of single) {
    const isList = LISTS.some(([spelled]) => spelled === key);
    if (isList || key === CUSTOM || !/^[^\s#=]+$/.test(key) || /[\s#]/.test(value)) {
      problems.push({ key, what: 'cannot be written: white space and "#" have no escape' });
    }
  }
  for (const key of Object.keys(conf.settings)) {
    if (key.startsWith(CUSTOM)) problems.push({ key, what: 'belongs to the custom settings' });
  }
  const lines = single.map(([key, value]) => `${key}=${value}`);
  for (const [key, field] of LISTS) {
    for (const spec of conf[field]) {
      try {
        lines.push(`${key}=${formatVmSpec(spec)}`);
      } catch (thrown) {
        if (!(thrown instanceof VmSpecError)) throw thrown;
        problems.push({ key, what: `cannot be written: ${thrown.message}` });
      }
    }
  }
  if (problems.length > 0) throw new FormatError(file, problems);
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * The same definition as old clients pass it to VM.create: one object, with numbers and booleans
 * here and there. `drive` and `drives` are both known.
 *
 * @throws FormatError for values that are neither text, number, boolean, map nor list of maps
 */
export function vmConfFromParams(params: Readonly<Record<string, unknown>>): VmConf {
  const { custom, ...rest } = params;
  const lists: Record<ListField, readonly VmSpec[]> = {
    devices: specList(rest['devices'], 'devices'),
    drives: specList(rest['drives'] ?? rest['drive'], 'drive'),
    guestNumaNodes: specList(rest['guestNumaNodes'], 'guestNumaNodes'),
  };
  const listKeys = new Set(['devices', 'drives', 'drive', 'guestNumaNodes']);
  const settings = Object.entries(rest)
    .filter(([key, value]) => !listKeys.has(key) && value !== undefined && value !== null)
    // Maps at the top (such as specParams) are none of vm.conf's settings.
    .filter(([, value]) => typeof value !== 'object')
    .map(([key, value]) => [key, plainText(value, key)] as const);
  const customs = Object.entries(isMap(custom) ? custom : {});
  return {
    settings: Object.fromEntries(settings),
    custom: Object.fromEntries(customs.map(([key, value]) => [key, plainText(value, key)])),
    ...lists,
  };
}

function specList(value: unknown, key: string): readonly VmSpec[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw mismatch(key, 'is no list');
  return value.map((element: unknown) => specOf(element, key));
}

function specOf(value: unknown, key: string): VmSpec {
  if (!isMap(value)) throw mismatch(key, 'holds something that is no map');
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined && inner !== null)
      .map(([name, inner]) => [name, isMap(inner) ? specOf(inner, key) : plainText(inner, name)]),
  );
}

function plainText(value: unknown, key: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw mismatch(key, 'is neither text, number nor boolean');
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mismatch(key: string, what: string): FormatError {
  return new FormatError('VM parameters', [{ key, what }]);
}
