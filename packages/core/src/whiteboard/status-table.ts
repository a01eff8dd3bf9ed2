// The short view of the hosts, as `--vm-status --watch` and the text UI show it: one line a host, 80 columns.

import { parseEngineStatus } from './status-token.js';
import type { HostStatus, Liveness, StatusView } from './status-view.js';

const WIDTH = 80;
const COLUMNS = { id: 6, host: 22, alive: 7, score: 6, state: 21 } as const;

/** The line above the lines of the hosts. */
export const STATUS_TITLES = [
  pad('  ID', COLUMNS.id),
  pad('Host', COLUMNS.host),
  pad('Alive', COLUMNS.alive),
  pad('Score', COLUMNS.score),
  pad('State', COLUMNS.state),
  'Engine VM',
].join('');

/** The whole table; hosts that do not fit into `rows` are counted. */
export function tableOf(view: StatusView, rows: number): readonly string[] {
  const head = [statusHeadline(view), '', STATUS_TITLES];
  // Two lines at the foot are the watcher's own.
  const room = Math.max(2, rows - head.length - 2);
  const shown = view.hosts.slice(0, view.hosts.length > room ? room - 1 : room);
  const left = view.hosts.length - shown.length;
  return [
    ...head,
    ...shown.map(statusLine),
    ...(left === 0 ? [] : [`   and ${left} more hosts: hosted-engine --vm-status shows them`]),
  ].map(fitted);
}

/** Where the engine VM is, and the maintenance of the cluster. */
export function statusHeadline({ hosts, globalMaintenance }: StatusView): string {
  const up = hosts.flatMap((host) => {
    if (host.kind !== 'host' || host.liveness === 'stale') return [];
    const { vm, detail } = parseEngineStatus(host.record.engineStatusText);
    return vm === 'up' ? [{ name: host.record.hostname, waits: detail === 'WaitForLaunch' }] : [];
  });
  const namesOf = (waits: boolean): string =>
    up.flatMap((host) => (host.waits === waits ? [host.name] : [])).join(', ');
  const [running, starting] = [namesOf(false), namesOf(true)];
  const engine =
    running !== ''
      ? `on ${running}`
      : starting !== ''
        ? `being started on ${starting}`
        : 'on no host that reports';
  const flag =
    globalMaintenance === 'unknown' ? 'unknown' : globalMaintenance ? 'GLOBAL' : 'no global one';
  return `Engine VM: ${engine}. Maintenance: ${flag}.`;
}

const ALIVE: Readonly<Record<Liveness, string>> = { live: 'yes', stale: 'no', unknown: '?' };

/** One host; control characters of its slot are not yet taken out. */
export function statusLine(host: HostStatus): string {
  if (host.kind === 'rejected') {
    return `${pad(String(host.hostId).padStart(4), COLUMNS.id)}slot rejected: ${host.reason}: ${host.detail}`;
  }
  const { record, liveness } = host;
  const state = /^state=(.+)$/m.exec(record.extra ?? '')?.[1] ?? '';
  const { vm, health, detail } = parseEngineStatus(record.engineStatusText);
  const engine = vm === 'up' ? `${detail}, ${health}` : vm;
  const marks = record.localMaintenance === true ? ' (local maint.)' : '';
  return [
    pad(String(host.record.hostId).padStart(4), COLUMNS.id),
    pad(record.hostname, COLUMNS.host),
    pad(record.stopped === true ? 'stopped' : ALIVE[liveness], COLUMNS.alive),
    pad(String(record.score), COLUMNS.score),
    pad(liveness === 'stale' ? `(${state})` : state, COLUMNS.state),
    liveness === 'stale' ? 'unknown' : `${engine}${marks}`,
  ].join('');
}

function fitted(line: string): string {
  return plain(line).slice(0, WIDTH).trimEnd();
}

/** Control characters of a foreign slot stay off the terminal. */
function plain(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}

/** A column with a blank behind it. */
function pad(text: string, width: number): string {
  const cut = text.length < width ? text : `${text.slice(0, width - 2)}~`;
  return cut.padEnd(width);
}
