/** One host's line of `hosted-engine --vm-status --json`, as far as the lab looks at it. */
export interface HostStatus {
  readonly hostId: number;
  readonly hostname: string;
  readonly score: number;
  readonly isLive: boolean;
  readonly isInMaintenance: boolean;
  readonly isStopped: boolean;
  readonly vm: string;
  readonly health: string;
  readonly detail: string;
  /** The whole record, with its original keys. */
  readonly raw: Readonly<Record<string, unknown>>;
}

export interface ClusterStatus {
  readonly globalMaintenance: boolean;
  readonly hosts: readonly HostStatus[];
}

function field(record: Readonly<Record<string, unknown>>, key: string): string {
  const value = record[key];
  return value === undefined || value === null ? '' : String(value);
}

/** Reads the printed JSON. Throws when it is not what the command promises. */
export function parseVmStatus(text: string): ClusterStatus {
  const all = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const hosts = Object.entries(all)
    .filter(([key]) => /^\d+$/.test(key))
    .map(([key, value]): HostStatus => {
      const raw = value as Readonly<Record<string, unknown>>;
      const engine = (raw['engine-status'] ?? {}) as Readonly<Record<string, unknown>>;
      return {
        hostId: Number(key),
        hostname: field(raw, 'hostname'),
        score: Number(raw['score']),
        isLive: raw['live-data'] === true,
        isInMaintenance: raw['maintenance'] === true,
        isStopped: raw['stopped'] === true,
        vm: field(engine, 'vm'),
        health: field(engine, 'health'),
        detail: field(engine, 'detail'),
        raw,
      };
    });
  return { globalMaintenance: all['global_maintenance'] === true, hosts };
}
