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

/** A missing key is false. Throws FormatError for a value that is neither true nor false. */
export function parseHaConf(text: string, file: string): HaConf {
  const document = KeyValueDocument.parse(text);
  const problems: FormatProblem[] = [];
  const flag = (key: string): boolean => {
    const first = (document.get(key) ?? 'f').slice(0, 1).toLowerCase();
    if (first === '' || !'ty1fn0'.includes(first)) {
      problems.push({ key, what: 'is neither True nor False' });
    }
    return first !== '' && 'ty1'.includes(first);
  };
  const conf = {
    localMaintenance: flag('local_maintenance'),
    localMaintenanceManual: flag('local_maintenance_manual'),
    localMaintenanceForced: flag('local_maintenance_forced'),
  };
  if (problems.length > 0) throw new FormatError(file, problems);
  return conf;
}

/** The text for `conf`; with `base`, the file as it is now, everything else in it stays. */
export function formatHaConf(conf: HaConf, base = ''): string {
  const word = (value: boolean): string => (value ? 'True' : 'False');
  return KeyValueDocument.parse(base)
    .with('local_maintenance', word(conf.localMaintenance))
    .with('local_maintenance_manual', word(conf.localMaintenanceManual))
    .with('local_maintenance_forced', word(conf.localMaintenanceForced))
    .toString();
}
