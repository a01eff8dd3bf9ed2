// One vocabulary of what can happen to a cluster, for scenarios, the swarm and the terminal view.
// A fault is one line of text: `storage-hang 2`, `maintenance local 1 force`.

/** What a word of a fault's line stands for. */
type Kind = 'host' | 'hosts' | 'seconds' | 'number' | 'text';

const GRAMMAR = {
  'power-off': ['host'],
  'power-on': ['host'],
  reboot: ['host', 'seconds'],
  shutdown: ['host'],
  'kill-daemon': ['host'],
  'freeze-daemon': ['host', 'seconds'],
  'stop-daemon': ['host'],
  'start-daemon': ['host'],
  'break-daemon': ['host'],
  'hostd-down': ['host'],
  'hostd-up': ['host'],
  'hostd-hang': ['host'],
  'libvirt-hang': ['host'],
  'libvirt-heal': ['host'],
  'cut-network': ['host'],
  'heal-network': ['host'],
  'one-way-network': ['host'],
  'cut-uplink': ['host'],
  'heal-uplink': ['host'],
  'cut-gateway': [],
  'heal-gateway': [],
  'storage-hang': ['hosts'],
  'storage-break': ['hosts'],
  'storage-read-only': ['hosts'],
  'storage-heal': ['hosts'],
  'storage-latency': ['hosts', 'seconds'],
  'disk-full': [],
  'disk-free': [],
  'slot-corrupt': ['host'],
  'slot-zero': ['host'],
  'slot-too-new': ['host'],
  'slot-torn': ['host'],
  'slot-foreign': ['host'],
  'flag-corrupt': [],
  'clock-jump': ['host', 'seconds'],
  'clock-drift': ['host', 'number'],
  'kill-vm': [],
  'guest-shutdown': [],
  'guest-hang': [],
  'guest-wake': [],
  'guest-pause-io': [],
  'guest-agent-down': [],
  'engine-stop': [],
  'engine-start': [],
  'engine-break': [],
  'engine-mend': [],
  'engine-flap': ['seconds', 'number'],
  'start-fails': ['hosts', 'text'],
  'start-works': ['hosts'],
  'migration-fails': [],
  'migration-works': [],
  'migration-hangs': [],
  'qemu-stuck': ['host'],
  'qemu-unstuck': ['host'],
  memory: ['host', 'number'],
  cpu: ['host', 'number'],
  'bridge-down': ['host'],
  'bridge-up': ['host'],
  'maintenance-global': [],
  'maintenance-none': [],
  'maintenance-local': ['host'],
  'maintenance-local-force': ['host'],
  'maintenance-end': ['host'],
  'vm-start': ['host'],
  'vm-shutdown': [],
  'vm-poweroff': [],
  'migrate-by-hand': ['host'],
  'sanlock-kill': ['host'],
  'watchdog-absent': ['host'],
  'watchdog-late': ['host', 'seconds'],
  'host-id-twice': ['host'],
  upgrade: ['host', 'text'],
  'config-stale': ['host'],
  'config-fresh': ['host'],
} as const satisfies Readonly<Record<string, readonly Kind[]>>;

export type FaultKind = keyof typeof GRAMMAR;

/** Hosts are numbered from 1; `all` stands for each of them. */
export interface Fault {
  readonly kind: FaultKind;
  readonly host?: number | 'all';
  readonly seconds?: number;
  readonly number?: number;
  readonly text?: string;
}

/** Lines that read better than the name of their kind. */
const SPOKEN: Readonly<Partial<Record<FaultKind, (host: string) => string>>> = {
  'maintenance-global': () => 'maintenance global',
  'maintenance-none': () => 'maintenance none',
  'maintenance-local': (host) => `maintenance local ${host}`,
  'maintenance-local-force': (host) => `maintenance local ${host} force`,
};

export const FAULT_KINDS = Object.keys(GRAMMAR) as readonly FaultKind[];

export function wordsOf(kind: FaultKind): readonly Kind[] {
  return GRAMMAR[kind];
}

/** Throws a RangeError that names the line and what is wrong with it. */
export function parseFault(line: string): Fault {
  const [name = '', ...words] = normal(line.trim()).split(/\s+/);
  if (!Object.hasOwn(GRAMMAR, name)) throw new RangeError(`no such fault: '${line.trim()}'`);
  const kind = name as FaultKind;
  const fault: Mutable<Fault> = { kind };
  const kinds = wordsOf(kind);
  kinds.forEach((wanted, index) => {
    const word = wanted === 'text' ? words.slice(index).join(' ') : words[index];
    if (word === undefined || word === '') {
      throw new RangeError(`'${line.trim()}': ${wanted} is missing`);
    }
    take(fault, wanted, word, line.trim());
  });
  if (words.length > kinds.length && kinds.at(-1) !== 'text') {
    throw new RangeError(`'${line.trim()}': '${words.slice(kinds.length).join(' ')}' is too much`);
  }
  return fault;
}

export function formatFault(fault: Fault): string {
  const spoken = SPOKEN[fault.kind];
  if (spoken !== undefined) return spoken(String(fault.host ?? ''));
  const words = wordsOf(fault.kind).map((kind) => String(fault[fieldOf(kind)] ?? ''));
  return [fault.kind, ...words].join(' ');
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function take(fault: Mutable<Fault>, wanted: Kind, word: string, line: string): void {
  if (wanted === 'text') {
    fault.text = word;
    return;
  }
  if (wanted === 'hosts' && word === 'all') {
    fault.host = 'all';
    return;
  }
  const value = Number(word);
  if (!Number.isFinite(value)) throw new RangeError(`'${line}': '${word}' is no number`);
  if (wanted === 'host' || wanted === 'hosts') fault.host = value;
  else fault[wanted] = value;
}

function fieldOf(kind: Kind): 'host' | 'seconds' | 'number' | 'text' {
  return kind === 'hosts' ? 'host' : kind;
}

function normal(line: string): string {
  const local = /^maintenance\s+local\s+(\S+)(\s+force)?$/.exec(line);
  if (local !== null) {
    return `maintenance-local${local[2] === undefined ? '' : '-force'} ${local[1]}`;
  }
  return line.replace(/^maintenance\s+(global|none)$/, 'maintenance-$1');
}
