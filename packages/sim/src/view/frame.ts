// One picture of the cluster as lines of text: the same world gives the same lines.

import type { HostSnapshot, WorldSnapshot } from '../world/snapshot.js';
import type { LogLine } from '../world/world.js';
import { CLUSTER_KEYS, HOST_KEYS, type KeyHelp } from './keys.js';
import { type Cell, cell, fitted, flowed, paint, type Tint, wrapped } from './style.js';
import { isTold } from './told.js';

export interface FrameInput {
  readonly world: WorldSnapshot;
  readonly log: readonly LogLine[];
  readonly violations: number;
  /** Number of the host that the keys act on. */
  readonly chosen: number;
  /** 0: no time passes while this is looked at. */
  readonly speed: number;
  readonly isPaused: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly isColoured: boolean;
}

export const COLUMNS_MIN = 60;
export const ROWS_MIN = 20;
const REASON_LINES = 3;
const LABEL = 8;

export function frame(input: FrameInput): readonly string[] {
  const { columns, rows, isColoured } = input;
  if (columns < COLUMNS_MIN || rows < ROWS_MIN) {
    return [
      fitted(
        `This terminal has ${columns} x ${rows}: ${COLUMNS_MIN} x ${ROWS_MIN} are needed.`,
        columns,
      ),
    ].slice(0, rows);
  }
  const top = [headline(input), headline2(input), ...hostBlock(input)];
  const bottom = help(input.world.hosts.length, columns).map((line) =>
    paint(line, 'dim', isColoured),
  );
  const room = Math.max(0, rows - top.length - bottom.length - 1);
  return [
    ...top,
    rule('what was decided, and why', columns, isColoured),
    ...decisions(input, room),
    ...bottom,
  ];
}

function headline({ world, speed, isPaused, columns, isColoured }: FrameInput): string {
  const pace = isPaused ? 'paused' : speed === 0 ? '' : `speed x${speed}`;
  const left = ` Engine VM: ${engineText(world)}`;
  const right = `${clockText(world.atS)}  ${pace} `;
  return paint(fitted(left, columns - right.length) + right, engineTint(world), isColoured);
}

function headline2({ world, violations, columns, isColoured }: FrameInput): string {
  const lease = world.leaseOf === undefined ? 'free' : `held by host id ${world.leaseOf}`;
  const global = world.globalMaintenance;
  const maintenance = global === undefined ? 'unknown' : global ? 'ON' : 'off';
  const broken = violations === 0 ? 'none' : `${violations} BROKEN`;
  const text = ` lease: ${lease}   global maintenance: ${maintenance}   rules broken: ${broken}`;
  const tint: Tint = violations > 0 ? 'bad' : global === false ? 'plain' : 'warn';
  return paint(fitted(text, columns), tint, isColoured);
}

function engineText({ engine, hosts }: WorldSnapshot): string {
  const names = engine.runsOn.map((index) => `host${index}`).join(' and ');
  if (names !== '') return `${engine.isHealthy ? 'healthy' : 'not healthy'} on ${names}`;
  const waiting = hosts.find(({ vm }) => vm.kind === 'waiting');
  return waiting === undefined ? 'down' : `down; ${waiting.name} waits for the lease`;
}

function engineTint({ engine }: WorldSnapshot): Tint {
  if (engine.runsOn.length !== 1) return 'bad';
  return engine.isHealthy ? 'good' : 'warn';
}

function clockText(atS: number): string {
  const seconds = Math.floor(atS);
  const minutes = Math.floor(seconds / 60) % 60;
  const text = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${text(minutes)}:${text(seconds % 60)}`;
}

function hostBlock(input: FrameInput): readonly string[] {
  const { world, columns, chosen, isColoured } = input;
  const bar = ' │ ';
  const width = Math.floor((columns - bar.length * (world.hosts.length - 1)) / world.hosts.length);
  const blocks = world.hosts.map((host) => hostCells(host, world, width, host.index === chosen));
  const used = width * blocks.length + bar.length * (blocks.length - 1);
  const margin = ' '.repeat(columns - used);
  const height = Math.max(...blocks.map((block) => block.length));
  return Array.from({ length: height }, (_, row) => {
    const cells = blocks.map((block) => block[row] ?? cell(''));
    const painted = cells.map(({ text, tint }) => paint(fitted(text, width), tint, isColoured));
    return painted.join(bar) + margin;
  });
}

function hostCells(
  host: HostSnapshot,
  world: WorldSnapshot,
  width: number,
  isChosen: boolean,
): readonly Cell[] {
  const name = `[${host.index}] ${host.name}${isChosen ? '   (chosen)' : ''}`;
  const runs = world.engine.runsOn.includes(host.index);
  const reason = wrapped(host.reason, width, REASON_LINES);
  return [
    cell(name, isChosen ? 'chosen' : 'bold'),
    stateCell(host),
    field('score', String(host.score), host.score === 0 ? 'warn' : 'plain'),
    field('VM', vmText(host), runs ? 'good' : host.vm.kind === 'waiting' ? 'warn' : 'plain'),
    field('lease', leaseText(host, world), world.leaseOf === host.hostId ? 'good' : 'plain'),
    field('network', networkText(host), host.network === 'ok' && host.isBridgeUp ? 'plain' : 'bad'),
    field('storage', storageText(host), host.storage === 'ok' ? 'plain' : 'bad'),
    field('hostd', host.hostd, host.hostd === 'up' ? 'plain' : 'bad'),
    ...Array.from({ length: REASON_LINES }, (_, index) => cell(reason[index] ?? '', 'dim')),
  ];
}

function field(label: string, value: string, tint: Tint): Cell {
  return cell(label.padEnd(LABEL) + value, tint);
}

function stateCell(host: HostSnapshot): Cell {
  if (!host.isPowered) return cell('powered off', 'bad');
  if (host.daemon === 'frozen') return cell(`${host.state ?? ''} (daemon frozen)`, 'bad');
  if (host.state === undefined) return cell('HA daemon not running', 'bad');
  const isAside = host.state.includes('Maintenance');
  return cell(host.state, isAside ? 'warn' : host.state === 'EngineUp' ? 'good' : 'bold');
}

function vmText({ vm }: HostSnapshot): string {
  switch (vm.kind) {
    case 'absent':
      return '-';
    case 'waiting':
      return 'waits for lease';
    case 'incoming':
      return 'arriving';
    case 'down':
      return `down, ${vm.cause}`;
    case 'running':
      return vm.status;
  }
}

function leaseText(host: HostSnapshot, world: WorldSnapshot): string {
  const isOwner = world.leaseOf === host.hostId;
  const age = host.renewalAgeS;
  if (host.sanlock !== 'joined' || age === undefined) return isOwner ? 'in its name' : '-';
  const holds = isOwner ? 'holds it' : '-';
  return age > 5 ? `${holds}, silent ${Math.floor(age)}s` : holds;
}

function networkText({ network, isBridgeUp }: HostSnapshot): string {
  return isBridgeUp ? network : `${network}, bridge down`;
}

function storageText({ storage }: HostSnapshot): string {
  return storage === 'hang' ? 'HANGS' : storage === 'ok' ? 'ok' : storage;
}

/** What was told last, in as many lines as there is room for; the newest is at the end. */
function decisions({ log, columns, isColoured }: FrameInput, room: number): readonly string[] {
  const lines: string[] = [];
  for (let index = log.length - 1; index >= 0 && lines.length < room; index -= 1) {
    const line = log[index];
    if (line === undefined || !isTold(line)) continue;
    const tint = tintOf(line.text);
    const rows = entry(line, columns).map((text) => paint(fitted(text, columns), tint, isColoured));
    lines.unshift(...rows);
  }
  const shown = lines.slice(-room);
  return [...shown, ...Array.from({ length: room - shown.length }, () => fitted('', columns))];
}

const INDENT = 17;

function entry({ atS, host, text }: LogLine, columns: number): readonly string[] {
  const [first = '', ...more] = wrapped(text.replace(/^agent: /, ''), columns - INDENT, 2);
  const head = `${clockText(atS).padStart(8)} ${host.padEnd(7)}`.padEnd(INDENT);
  return [head + first, ...more.map((line) => ' '.repeat(INDENT) + line)];
}

function tintOf(text: string): Tint {
  if (text.startsWith('VIOLATION')) return 'bad';
  return text.startsWith('==') ? 'bold' : 'plain';
}

function rule(title: string, columns: number, isColoured: boolean): string {
  return paint(`── ${title} `.padEnd(columns, '─'), 'dim', isColoured);
}

/** The keys, as many on a line as fit. */
function help(hosts: number, columns: number): readonly string[] {
  const words = ({ key, does }: KeyHelp): string => `${key} ${does}`;
  const choose = hosts > 1 ? [`1-${hosts} choose a host; on it:`] : [];
  const [power = '', ...others] = HOST_KEYS.map(words);
  const ofHost = [[...choose, power].join(' '), ...others];
  const ofAll = [...CLUSTER_KEYS.map(words), 'space pause', '+ - speed', 'q quit'];
  return [ofHost, ofAll].flatMap((parts) =>
    flowed(parts, ', ', columns - 2).map((line) => fitted(` ${line}`, columns)),
  );
}
