// One picture of the cluster as lines of text: the same world gives the same lines.

import type { HostSnapshot, WorldSnapshot } from '../world/snapshot.js';
import { formatLogLine, type LogLine } from '../world/world.js';
import { CLUSTER_KEYS, HOST_KEYS, type KeyHelp } from './keys.js';
import { type Cell, cell, fitted, paint, type Tint, wrapped } from './style.js';

export interface FrameInput {
  readonly world: WorldSnapshot;
  readonly log: readonly LogLine[];
  readonly violations: number;
  /** Number of the host that the keys act on. */
  readonly chosen: number;
  readonly speed: number;
  readonly isPaused: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly isColoured: boolean;
}

export const COLUMNS_MIN = 60;
export const ROWS_MIN = 20;
const REASON_LINES = 3;
const LABEL = 9;

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
  const bottom = help(columns).map((line) => paint(line, 'dim', isColoured));
  const room = Math.max(0, rows - top.length - bottom.length - 1);
  return [
    ...top,
    rule('what was decided, and why', columns, isColoured),
    ...decisions(input, room),
    ...bottom,
  ];
}

function headline({ world, speed, isPaused, columns, isColoured }: FrameInput): string {
  const pace = isPaused ? 'paused' : `speed x${speed}`;
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
  const height = Math.max(...blocks.map((block) => block.length));
  return Array.from({ length: height }, (_, row) =>
    blocks
      .map((block) => block[row] ?? cell(''))
      .map(({ text, tint }) => paint(fitted(text, width), tint, isColoured))
      .join(bar),
  );
}

function hostCells(
  host: HostSnapshot,
  world: WorldSnapshot,
  width: number,
  isChosen: boolean,
): readonly Cell[] {
  const name = isChosen
    ? `[${host.index}] ${host.name} <- keys act here`
    : `[${host.index}] ${host.name}`;
  const runs = world.engine.runsOn.includes(host.index);
  const reason = wrapped(host.reason, width, REASON_LINES);
  return [
    cell(name, isChosen ? 'bold' : 'plain'),
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
      return 'waits for the lease';
    case 'incoming':
      return 'arriving';
    case 'down':
      return `down, ${vm.cause}`;
    case 'running':
      return vm.status;
  }
}

function leaseText(host: HostSnapshot, world: WorldSnapshot): string {
  const holds = world.leaseOf === host.hostId ? 'holds it' : '-';
  const age = host.renewalAgeS;
  if (host.sanlock !== 'joined' || age === undefined) return `${holds} (sanlock ${host.sanlock})`;
  return age > 5 ? `${holds} (silent ${Math.floor(age)} s)` : holds;
}

function networkText({ network, isBridgeUp }: HostSnapshot): string {
  return isBridgeUp ? network : `${network}, bridge down`;
}

function storageText({ storage }: HostSnapshot): string {
  return storage === 'hang' ? 'HANGS' : storage === 'ok' ? 'ok' : storage;
}

/** The newest lines that fit, the newest last. */
function decisions({ log, columns, isColoured }: FrameInput, room: number): readonly string[] {
  const lines = log.slice(-room).map((line) => {
    const tint: Tint = line.text.startsWith('VIOLATION')
      ? 'bad'
      : line.text.startsWith('==')
        ? 'bold'
        : 'plain';
    return paint(fitted(formatLogLine(line), columns), tint, isColoured);
  });
  const empty = Array.from({ length: room - lines.length }, () => fitted('', columns));
  return [...lines, ...empty];
}

function rule(title: string, columns: number, isColoured: boolean): string {
  return paint(`── ${title} `.padEnd(columns, '─'), 'dim', isColoured);
}

/** The keys, as many on a line as fit. */
function help(columns: number): readonly string[] {
  const words = ({ key, does }: KeyHelp): string => `${key} ${does}`;
  const time = ['space pause', '+ - speed', 'q quit'];
  const texts = [
    `1-9 host: ${HOST_KEYS.map(words).join(', ')}`,
    [...CLUSTER_KEYS.map(words), ...time].join(', '),
  ];
  return texts.flatMap((text) =>
    wrapped(text, columns - 2, 3).map((line) => fitted(` ${line}`, columns)),
  );
}
