import { join } from 'node:path';
import { FRESH_FOLDERS, seedFolder } from '../host-files.js';
import { BRIDGE, type HostPlan, PREFIX_LENGTH } from '../network-plan.js';
import { HOST_CHECKOUT, HOST_STORAGE } from '../paths.js';
import { shellQuote as q } from '../shell-quote.js';
import type { RootPiece } from './root-plan.js';

/** A folder of the machine that a host sees read-only. */
export interface HostBind {
  readonly from: string;
  readonly to: string;
}

export interface BootPlan {
  readonly host: HostPlan;
  /** False: the address is on the cable itself, as on a host that was just installed. */
  readonly hasBridge: boolean;
  readonly gateway: string;
  /** The host's own folder: layers, work folders and the mount point of its root. */
  readonly hostDir: string;
  readonly storageDir: string;
  readonly checkout: string;
  readonly nodePath: string;
  readonly pieces: readonly RootPiece[];
  readonly binds: readonly HostBind[];
}

// No /dev/kvm: QEMU aborts on the one of a machine without hardware virtualization.
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty', 'fuse', 'net/tun'];

function pieceLines(piece: RootPiece, hostDir: string): readonly string[] {
  const at = `"$R"${q(piece.path)}`;
  switch (piece.kind) {
    case 'folder':
      return [`mkdir -p ${at}`];
    case 'link':
      return [`ln -s ${q(piece.target)} ${at}`];
    case 'file':
      return [`: >${at}`, `mount --bind -o ro ${q(piece.path)} ${at}`];
    case 'layer': {
      const upper = join(hostDir, 'upper', piece.path);
      const work = join(hostDir, 'work', piece.path.slice(1).replaceAll('/', '+'));
      const options = `lowerdir=${piece.path},upperdir=${upper},workdir=${work}`;
      return [
        `mkdir -p ${at} ${q(upper)} ${q(work)}`,
        `mount -t overlay overlay -o ${q(options)} ${at}`,
      ];
    }
  }
}

function bindLines(bind: HostBind): readonly string[] {
  return [`mkdir -p "$R"${q(bind.to)}`, `mount --bind -o ro ${q(bind.from)} "$R"${q(bind.to)}`];
}

function deviceLines(): readonly string[] {
  const nodes = DEVICES.flatMap((name) => [
    `[ -e /dev/${name} ] && { : >"$R"/dev/${name}; mount --bind /dev/${name} "$R"/dev/${name}; }`,
  ]);
  return [
    'mount -t tmpfs -o mode=755,size=1m tmpfs "$R"/dev',
    'mkdir -p "$R"/dev/net "$R"/dev/pts "$R"/dev/shm',
    ...nodes,
    'mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$R"/dev/pts',
    'mount -t tmpfs -o mode=1777 tmpfs "$R"/dev/shm',
    'ln -s pts/ptmx "$R"/dev/ptmx',
    'ln -s /proc/self/fd "$R"/dev/fd',
    'ln -s /proc/self/fd/0 "$R"/dev/stdin',
    'ln -s /proc/self/fd/1 "$R"/dev/stdout',
    'ln -s /proc/self/fd/2 "$R"/dev/stderr',
  ];
}

function networkLines(plan: BootPlan): readonly string[] {
  return [
    'ip -batch - <<END',
    'link set lo up',
    ...(plan.hasBridge ? bridgeLines(plan.host) : ['link set eth0 up']),
    `address add ${plan.host.address}/${PREFIX_LENGTH} broadcast + dev ${plan.hasBridge ? BRIDGE : 'eth0'}`,
    `route add default via ${plan.gateway}`,
    'link set eth1 up',
    `address add ${plan.host.backAddress}/${PREFIX_LENGTH} broadcast + dev eth1`,
    'END',
  ];
}

function bridgeLines(host: HostPlan): readonly string[] {
  return [
    `link add ${BRIDGE} type bridge forward_delay 0 stp_state 0`,
    `link set ${BRIDGE} address ${host.mac}`,
    `link set eth0 master ${BRIDGE}`,
    'link set eth0 up',
    `link set ${BRIDGE} up`,
  ];
}

/** At the first boot only: no trace of the machine's own product files, then the host's own files. */
function firstBootLines(hostDir: string): readonly string[] {
  const marker = q(join(hostDir, 'booted-once'));
  return [
    `if [ ! -e ${marker} ]; then`,
    ...FRESH_FOLDERS.map((path) => `  rm -rf "$R"${path}; mkdir -p "$R"${path}`),
    `  cp -a ${q(seedFolder(hostDir))}/. "$R"/`,
    `  : >${marker}`,
    'fi',
  ];
}

/**
 * The host's first program, run by a shell in fresh mount, PID, UTS, IPC and network namespaces.
 * It builds the root, waits on its input for the word that the network cable is plugged in, and
 * becomes tini, the reaping PID 1, with the lab's service manager as its child.
 */
export function bootScript(plan: BootPlan): string {
  const init = join(HOST_CHECKOUT, 'lab/dist/src/host-init/main.js');
  return [
    'set -eu',
    `R=${q(join(plan.hostDir, 'root'))}`,
    'mkdir -p "$R"',
    'mount -t tmpfs -o mode=755,size=16m tmpfs "$R"',
    'mkdir -p "$R"/proc "$R"/sys "$R"/dev "$R"/run "$R"/tmp "$R"/mnt "$R"/rhev "$R"/.old',
    ...plan.pieces.flatMap((piece) => pieceLines(piece, plan.hostDir)),
    ...firstBootLines(plan.hostDir),
    ...bindLines({ from: plan.checkout, to: HOST_CHECKOUT }),
    ...plan.binds.flatMap(bindLines),
    `mkdir -p "$R"${HOST_STORAGE} ${q(join(plan.hostDir, 'rhev'))}`,
    `mount --rbind ${q(plan.storageDir)} "$R"${HOST_STORAGE}`,
    `mount --bind ${q(join(plan.hostDir, 'rhev'))} "$R"/rhev`,
    'mount -t tmpfs -o mode=755 tmpfs "$R"/run',
    'mount -t tmpfs -o mode=1777 tmpfs "$R"/tmp',
    'mkdir -p "$R"/run/lock',
    'mount -t proc proc "$R"/proc',
    'mount -t sysfs sysfs "$R"/sys',
    ...deviceLines(),
    `hostname ${plan.host.fqdn}`,
    `[ -e "$R"/usr/bin/node ] || ln -s ${q(plan.nodePath)} "$R"/usr/bin/node`,
    'read -r plugged',
    ...networkLines(plan),
    'cd "$R"',
    'pivot_root . .old',
    'umount -l /.old',
    'rmdir /.old',
    'cd /',
    `exec tini -- ${q(plan.nodePath)} ${init} </dev/null`,
    '',
  ].join('\n');
}
