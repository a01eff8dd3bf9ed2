// What the screens say about the cluster, as lines.

import {
  type HostStatus,
  parseEngineStatus,
  renderStatusText,
  type StatusView,
} from '@hosted-engine/core/whiteboard';
import { cut, wrap } from '../text/fit.js';
import type { Look } from '../tui-host.js';

const LABEL_WIDTH = 20;

/** The first screen's summary: this host, its engine, its cluster. */
export function summaryLines(look: Look | undefined, width: number): readonly string[] {
  if (look === undefined) return ['Looking at this host ...'];
  const rows = [...deploymentRows(look), ...boardRows(look)];
  return rows.map(([label, value]) => cut(`${label.padEnd(LABEL_WIDTH)}: ${value}`, width));
}

type Row = readonly [label: string, value: string];

function deploymentRows({ deployment }: Look): readonly Row[] {
  switch (deployment.kind) {
    case 'none':
      return [['Hosted Engine', 'not configured on this host']];
    case 'broken':
      return [['Hosted Engine', `its configuration cannot be used: ${deployment.why}`]];
    case 'deployed':
      return [
        ['Hosted Engine', `configured, this is host ${deployment.hostId}`],
        ['Engine', deployment.fqdn],
      ];
  }
}

function boardRows({ deployment, board }: Look): readonly Row[] {
  if (board.kind === 'unknown') {
    return deployment.kind === 'none' ? [] : [['HA daemon', board.why]];
  }
  const { view } = board;
  return [
    ['Engine VM', engineText(view)],
    ['Global maintenance', flagText(view.globalMaintenance)],
    ...(deployment.kind === 'deployed' ? ownRows(view, deployment.hostId) : []),
    ['Hosts', hostsText(view)],
  ];
}

function ownRows(view: StatusView, ownId: number): readonly Row[] {
  const own = view.hosts.find((host) => idOf(host) === ownId);
  if (own?.kind !== 'host') return [['Local maintenance', 'unknown: this host reports nothing']];
  const { localMaintenance } = own.record;
  return [['Local maintenance', flagText(localMaintenance ?? 'unknown')]];
}

function flagText(flag: boolean | 'unknown'): string {
  return flag === 'unknown' ? 'unknown' : flag ? 'ON' : 'off';
}

/** Where the engine VM runs, by what the hosts report. */
function engineText({ hosts }: StatusView): string {
  const running = hosts.flatMap((host) => {
    if (host.kind !== 'host' || host.liveness === 'stale') return [];
    const { vm, health, detail } = parseEngineStatus(host.record.engineStatusText);
    return vm === 'up' ? [`${detail} on ${host.record.hostname}, health ${health}`] : [];
  });
  return running.length === 0 ? 'on no host that reports' : running.join('; ');
}

function hostsText({ hosts }: StatusView): string {
  const count = (liveness: string): number =>
    hosts.filter((host) => host.kind === 'host' && host.liveness === liveness).length;
  const [live, stale] = [count('live'), count('stale')];
  return `${live} of ${hosts.length} alive${stale === 0 ? '' : `, ${stale} silent`}`;
}

/** Everything that one host reports. */
export function hostLines(view: StatusView, host: HostStatus, width: number): readonly string[] {
  const text = renderStatusText({ globalMaintenance: false, hosts: [host] });
  const banner = view.globalMaintenance === true ? ['The cluster is in global maintenance.'] : [];
  return [...banner, ...wrap(text.trim(), width)];
}

export function idOf(host: HostStatus): number {
  return host.kind === 'host' ? host.record.hostId : host.hostId;
}

/** The maintenance that is on now, as far as it can be told. */
export function presentMode({ deployment, board }: Look): 'global' | 'local' | 'none' | undefined {
  if (board.kind === 'unknown' || deployment.kind !== 'deployed') return undefined;
  if (board.view.globalMaintenance === 'unknown') return undefined;
  if (board.view.globalMaintenance) return 'global';
  const own = board.view.hosts.find((host) => idOf(host) === deployment.hostId);
  return own?.kind === 'host' && own.record.localMaintenance === true ? 'local' : 'none';
}
