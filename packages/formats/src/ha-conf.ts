import type { FlagKey } from './conf-key.js';
import { FormatError, type FormatProblem } from './format-error.js';
import { KeyValueDocument } from './key-value-document.js';

/** /var/lib/ovirt-hosted-engine-ha/ha.conf: what of this host's HA state outlives a restart. */
export interface HaConf {
  readonly localMaintenance: boolean;
  /** Set by hand, as opposed to by the engine with the host's own maintenance. */
  readonly localMaintenanceManual: boolean;
  /** Ours: the engine VM is stopped when no other host can take it. */
  readonly localMaintenanceForced: boolean;
}

export const HA_CONF_KEYS = {
  localMaintenance: {
    key: 'local_maintenance',
    type: 'flag',
    fallback: false,
    meaning: 'this host never runs the engine VM, and moves it away when it does',
  },
  localMaintenanceManual: {
    key: 'local_maintenance_manual',
    type: 'flag',
    fallback: false,
    meaning: 'it was set by hand, not by the engine with the maintenance of the host',
  },
  localMaintenanceForced: {
    key: 'local_maintenance_forced',
    type: 'flag',
    fallback: false,
    isOurs: true,
    meaning: 'the engine VM is stopped when no other host can take it',
  },
} as const satisfies Readonly<Record<keyof HaConf, FlagKey>>;

const FIELDS = Object.keys(HA_CONF_KEYS) as (keyof HaConf)[];

/**
 * A missing key is false. Throws FormatError for a value that is neither true nor false: only the first letter
 * counts, as for the original.
 */
export function parseHaConf(text: string, file: string): HaConf {
  const document = KeyValueDocument.parse(text);
  const problems: FormatProblem[] = [];
  const flag = (field: keyof HaConf): boolean => {
    const { key } = HA_CONF_KEYS[field];
    const first = (document.get(key) ?? 'f').slice(0, 1).toLowerCase();
    if (first === '' || !'ty1fn0'.includes(first)) {
      problems.push({ key, what: 'is neither True nor False' });
    }
    return first !== '' && 'ty1'.includes(first);
  };
  const conf: HaConf = {
    localMaintenance: flag('localMaintenance'),
    localMaintenanceManual: flag('localMaintenanceManual'),
    localMaintenanceForced: flag('localMaintenanceForced'),
  };
  if (problems.length > 0) throw new FormatError(file, problems);
  return conf;
}

/** The text for `conf`; with `base`, the file as it is now, everything else in it stays. */
export function formatHaConf(conf: HaConf, base = ''): string {
  return FIELDS.reduce(
    (document, field) => document.with(HA_CONF_KEYS[field].key, conf[field] ? 'True' : 'False'),
    KeyValueDocument.parse(base),
  ).toString();
}
