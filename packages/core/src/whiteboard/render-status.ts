// The two outputs of `--vm-status`. Monitoring tools parse both: labels and keys are fixed, and
// what we add comes behind them.

import { hostRecordFields } from './host-record.js';
import { type JsonValue, pythonBool, pythonJson } from './python-text.js';
import type { HostStatus, Liveness, StatusView } from './status-view.js';

const LABEL_WIDTH = 35;
const MAINTENANCE_BANNER = '!! Cluster is in GLOBAL MAINTENANCE mode !!';
const UNREADABLE_BANNER = '!! The GLOBAL MAINTENANCE flag cannot be read !!';

/** What `--vm-status` prints, with or without `--json`. */
export function renderStatus(view: StatusView, isJson: boolean): string {
  return isJson ? `${statusJson(view)}\n` : renderStatusText(view);
}

/** The text for people, ending with a newline. */
export function renderStatusText(view: StatusView): string {
  const blocks = view.hosts.map((host) => {
    return blockOf(host)
      .filter((line) => line !== undefined)
      .join('\n');
  });
  const banner = bannerOf(view);
  const lines = banner === undefined ? blocks : [banner, ...blocks, '', banner];
  return `${lines.join('\n')}\n`;
}

function bannerOf(view: StatusView): string | undefined {
  if (view.globalMaintenance === 'unknown') return UNREADABLE_BANNER;
  return view.globalMaintenance ? MAINTENANCE_BANNER : undefined;
}

function blockOf(host: HostStatus): readonly (string | undefined)[] {
  if (host.kind === 'rejected') {
    return [
      ...header('unknown', host.hostId),
      field('Host ID', host.hostId),
      field('Engine status', STALE_STATUS),
      field('Status up-to-date', pythonBool(false)),
      field('Slot rejected', `${host.reason}: ${host.detail}`),
    ];
  }
  const { record, liveness } = host;
  return [
    ...header(record.hostname, record.hostId),
    field('Host ID', record.hostId),
    field('Host timestamp', record.hostTs),
    field('Score', record.score),
    field('Engine status', liveness === 'stale' ? STALE_STATUS : record.engineStatusText),
    field('Hostname', record.hostname),
    field('Local maintenance', record.localMaintenance),
    field('stopped', record.stopped),
    field('crc32', record.crc32),
    field('conf_on_shared_storage', record.confOnSharedStorage),
    field('local_conf_timestamp', record.localConfTimestamp),
    field('Status up-to-date', UP_TO_DATE[liveness]),
    ...extraLines(record.extra),
  ];
}

const STALE_STATUS = 'unknown stale-data';
const UP_TO_DATE: Readonly<Record<Liveness, string>> = {
  live: pythonBool(true),
  stale: pythonBool(false),
  unknown: 'unknown',
};

function header(hostname: string, hostId: number): readonly string[] {
  return ['', `--== Host ${hostname} (id: ${hostId}) status ==--`, ''];
}

/** One line, or undefined for a field that the writer did not give. */
function field(
  label: string,
  value: string | number | bigint | boolean | undefined,
): string | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === 'boolean' ? pythonBool(value) : String(value);
  return `${label.padEnd(LABEL_WIDTH)}: ${text}`;
}

function extraLines(extra: string | undefined): readonly string[] {
  if (extra === undefined) return [];
  const lines = extra.split('\n').filter((line) => line !== '');
  return ['Extra metadata (valid at timestamp):', ...lines.map((line) => `\t${line}`)];
}

/**
 * One JSON object keyed by host id, and `global_maintenance`. `live-data` and `global_maintenance`
 * are null when unknown, which the tools that test them take for false. A rejected slot has
 * `slot-rejected` with reason and detail, and no figures that could be mistaken for the host's own.
 */
export function statusJson(view: StatusView): string {
  const members: [string, JsonValue][] = view.hosts.map((host) => {
    return host.kind === 'rejected'
      ? [String(host.hostId), rejectedJson(host.hostId, host.reason, host.detail)]
      : [String(host.record.hostId), hostJson(host)];
  });
  const flag = view.globalMaintenance === 'unknown' ? null : view.globalMaintenance;
  return pythonJson(Object.fromEntries([...members, ['global_maintenance', flag]]));
}

function hostJson(host: Extract<HostStatus, { kind: 'host' }>): JsonValue {
  const live = host.liveness === 'unknown' ? null : host.liveness === 'live';
  return {
    ...hostRecordFields(host.record),
    'engine-status': engineStatusJson(host.record.engineStatusText),
    'live-data': live,
  };
}

function rejectedJson(hostId: number, reason: string, detail: string): JsonValue {
  return {
    'host-id': hostId,
    'engine-status': { vm: 'unknown', health: 'unknown', detail: 'unknown' },
    'live-data': false,
    'slot-rejected': { reason, detail },
  };
}

/** The status as the object that it is; a text that is no JSON object stays a text. */
function engineStatusJson(text: string): JsonValue {
  try {
    const value = JSON.parse(text) as JsonValue;
    return typeof value === 'object' && value !== null ? value : text;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
