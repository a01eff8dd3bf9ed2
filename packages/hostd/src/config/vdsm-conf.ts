import { FormatError, type FormatProblem, IniDocument } from '@hosted-engine/formats';

/** What we read of /etc/vdsm/vdsm.conf. */
export interface VdsmConf {
  /** TLS on the management port. */
  readonly ssl: boolean;
  readonly managementPort: number;
  /** Address to listen on; undefined for all of both families. */
  readonly managementIp: string | undefined;
  /** sanlock's io_timeout in seconds, for lockspaces formatted and joined here. */
  readonly sanlockIoTimeoutS: number;
  /** Run VMs without hardware virtualization where it is not usable. */
  readonly allowEmulation: boolean;
}

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
]);

/** Missing keys have their defaults. Throws FormatError that names every value that makes no sense. */
export function parseVdsmConf(text: string, file: string): VdsmConf {
  const document = IniDocument.parse(text, file);
  const problems: FormatProblem[] = [];

  function flag(section: string, key: string, preset: boolean): boolean {
    const value = document.get(section, key);
    if (value === undefined) return preset;
    const word = WORDS.get(value.toLowerCase());
    if (word === undefined) {
      problems.push({ key: `[${section}] ${key}`, what: 'is neither true nor false' });
    }
    return word ?? preset;
  }

  function integer(section: string, key: string, preset: number, min: number, max: number): number {
    const value = document.get(section, key);
    if (value === undefined) return preset;
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    problems.push({
      key: `[${section}] ${key}`,
      what: `is no whole number between ${min} and ${max}`,
    });
    return preset;
  }

  const ip = document.get('addresses', 'management_ip');
  const conf: VdsmConf = {
    ssl: flag('vars', 'ssl', true),
    managementPort: integer('addresses', 'management_port', 54321, 1, 65535),
    managementIp: ip === undefined || ip === '' ? undefined : ip,
    sanlockIoTimeoutS: integer('sanlock', 'io_timeout', 10, 1, 120),
    allowEmulation: flag('devel', 'allow_emulation', false),
  };
  if (problems.length > 0) throw new FormatError(file, problems);
  return conf;
}
