import type { ConfKey } from './conf-key.js';
import { ConfReader } from './conf-reader.js';
import { FormatError } from './format-error.js';
import { IniDocument } from './ini-document.js';

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

export const VDSM_CONF_KEYS = {
  ssl: {
    section: 'vars',
    key: 'ssl',
    type: 'flag',
    fallback: true,
    meaning: 'TLS with client certificates on the management port',
  },
  managementPort: {
    section: 'addresses',
    key: 'management_port',
    type: 'integer',
    min: 1,
    max: 65535,
    fallback: 54321,
    meaning: 'where the host daemon listens; the same on all hosts of a cluster',
  },
  managementIp: {
    section: 'addresses',
    key: 'management_ip',
    type: 'text',
    whenAbsent: 'all addresses of both families',
    meaning: 'the address it listens on',
  },
  sanlockIoTimeoutS: {
    section: 'sanlock',
    key: 'io_timeout',
    type: 'integer',
    min: 1,
    max: 120,
    fallback: 10,
    meaning:
      'seconds of one I/O of sanlock; the lease of a dead host is granted after 8 times this and the watchdog. Lockspaces are formatted and joined with it: it must be the same on all hosts',
  },
  allowEmulation: {
    section: 'devel',
    key: 'allow_emulation',
    type: 'flag',
    fallback: false,
    meaning:
      'run VMs without hardware virtualization where it is not usable; for trying things out',
  },
} as const satisfies Readonly<Record<keyof VdsmConf, ConfKey>>;

/** Missing keys have their defaults. Throws FormatError that names every value that makes no sense. */
export function parseVdsmConf(text: string, file: string): VdsmConf {
  const document = IniDocument.parse(text, file);
  const reader = new ConfReader(({ section = '', key }) => {
    const written = document.get(section, key);
    // An address left empty is none; any other key says so.
    return written === '' && key === VDSM_CONF_KEYS.managementIp.key ? undefined : written;
  });
  const conf: VdsmConf = {
    ssl: reader.get(VDSM_CONF_KEYS.ssl, true),
    managementPort: reader.get(VDSM_CONF_KEYS.managementPort, 0),
    managementIp: reader.find(VDSM_CONF_KEYS.managementIp),
    sanlockIoTimeoutS: reader.get(VDSM_CONF_KEYS.sanlockIoTimeoutS, 0),
    allowEmulation: reader.get(VDSM_CONF_KEYS.allowEmulation, false),
  };
  if (reader.problems.length > 0) throw new FormatError(file, reader.problems);
  return conf;
}
