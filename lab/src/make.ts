import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HeError } from '@hosted-engine/ports';
import { writeHostFiles } from './host-files.js';
import { Lab } from './lab.js';
import { withLock } from './lock.js';
import { HOST_COUNT_MAX } from './network-plan.js';
import { defaultLabDir, type LabPaths, labPaths, SITE_SOCKET } from './paths.js';
import { identify, isAlive, type ProcessIdentity } from './proc/process-identity.js';
import { removeRemains } from './remove.js';
import type { HostBind } from './site/boot-script.js';
import { type SiteSetup, siteSetup } from './site/setup.js';
import { type LabState, readState, writeState } from './state.js';
import { until, when } from './until.js';

export interface MakeOptions {
  readonly name: string;
  /** @default .cache/lab/NAME in the checkout */
  readonly dir?: string;
  /** 1 to 5. */
  readonly hosts: number;
  /** N of 10.88.N.0/24. @default 1 */
  readonly subnet?: number;
  /**
   * False: the lab belongs to the calling process and ends with it, however that ends.
   * @default false
   */
  readonly keep?: boolean;
  /** Folders of this machine that every host sees read-only. */
  readonly binds?: readonly HostBind[];
  /** Whether hosts boot with the bridge `ovirtmgmt`; without it, set-up has to make it. @default true */
  readonly bridges?: boolean;
  /** Whether machines boot from the network: DHCP for the engine VM, TFTP and HTTP. @default false */
  readonly bootServer?: boolean;
}

const SITE_START_SECONDS = 15;

function checkOptions(options: MakeOptions): void {
  if (process.getuid?.() !== 0) {
    throw new HeError('HE_NOT_PERMITTED', 'the lab makes namespaces and mounts, which needs root', {
      remedy: 'Run the command as root.',
    });
  }
  const { hosts, name } = options;
  if (!Number.isInteger(hosts) || hosts < 1 || hosts > HOST_COUNT_MAX) {
    throw new HeError('HE_USAGE', `a lab has 1 to ${HOST_COUNT_MAX} hosts, not ${hosts}`);
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,40}$/.test(name)) {
    throw new HeError('HE_USAGE', `the lab's name ${JSON.stringify(name)} is not a plain word`);
  }
}

/** A lab is in use when its site runs and its owner, if it has one, runs too. */
export function isInUse(state: LabState): boolean {
  return isAlive(state.site) && (state.owner === undefined || isAlive(state.owner));
}

/**
 * Makes a lab and switches its hosts on. What a run that was killed has left of the same lab is
 * removed first; a lab in use is refused with HE_FAILED.
 */
export async function makeLab(options: MakeOptions): Promise<Lab> {
  checkOptions(options);
  const paths = labPaths(options.dir ?? defaultLabDir(options.name));
  return withLock(paths.lock, async () => {
    const state = readState(paths);
    if (state !== undefined && isInUse(state)) {
      throw new HeError('HE_FAILED', `the lab ${options.name} is there already (${paths.dir})`, {
        remedy: 'Use it, or remove it first: lab remove NAME.',
      });
    }
    await removeRemains(paths);
    mkdirSync(paths.storage, { recursive: true });
    const made = await startSite(paths, options);
    const lab = new Lab(paths, made);
    try {
      await until(
        () => when(existsSync(lab.sitePath(SITE_SOCKET)) || !isAlive(made.site), 'no socket yet'),
        SITE_START_SECONDS,
        'the start of the lab',
      );
      if (!isAlive(made.site)) throw siteFailed(paths);
      await Promise.all(lab.hosts.map((host) => host.powerOn()));
      if (options.keep === true) await lab.keep();
    } catch (error) {
      await removeRemains(paths);
      throw error;
    }
    return lab;
  });
}

function siteFailed(paths: LabPaths): HeError {
  const log = readFileSync(paths.siteLog, 'utf8').trim().split('\n').slice(-25).join('\n');
  return new HeError('HE_FAILED', `the lab's site ended at its start:\n${log}`);
}

async function startSite(paths: LabPaths, options: MakeOptions): Promise<LabState> {
  const binds = options.binds ?? [];
  const setup = siteSetup(
    paths.dir,
    options.subnet ?? 1,
    options.hosts,
    binds,
    options.bridges ?? true,
    options.bootServer ?? false,
  );
  for (const host of setup.network.hosts) {
    writeHostFiles(paths.hostDir(host.id), setup.network, host);
  }
  const child = spawnSite(paths, setup);
  const owner = identify(process.pid);
  const site = await siteInit(child, paths);
  const state: LabState = {
    version: 1,
    name: options.name,
    subnet: setup.network.subnet,
    hostCount: options.hosts,
    binds,
    site,
    owner,
    forwarder: undefined,
  };
  writeState(paths, state);
  return state;
}

function spawnSite(paths: LabPaths, setup: SiteSetup): ChildProcess {
  const setupPath = join(paths.dir, 'site.json');
  writeFileSync(setupPath, `${JSON.stringify(setup, undefined, 2)}\n`);
  const log = openSync(paths.siteLog, 'a');
  const main = fileURLToPath(new URL('./site/main.js', import.meta.url));
  const namespaces = ['--mount', '--pid', '--uts', '--ipc', '--net', '--mount-proc'];
  const child = spawn(
    'unshare',
    [...namespaces, '--fork', '--kill-child', 'tini', '--', process.execPath, main, setupPath],
    { detached: true, stdio: ['pipe', log, log] },
  );
  closeSync(log);
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  // Neither the site nor the pipe keeps the maker from ending; the pipe's end tells the site.
  child.unref();
  (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  return child;
}

async function siteInit(child: ChildProcess, paths: LabPaths): Promise<ProcessIdentity> {
  const parent = child.pid;
  if (parent === undefined) {
    throw new HeError('HE_FAILED', 'unshare cannot be started; is util-linux installed?');
  }
  return until(
    () => {
      if (child.exitCode !== null) throw siteFailed(paths);
      const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim();
      const site = children === '' ? undefined : identify(Number(children.split(' ')[0]));
      return site === undefined ? { done: false, seen: 'no init' } : { done: true, value: site };
    },
    SITE_START_SECONDS,
    "the site's init",
  );
}

/** Opens a lab that runs. Rejects with HE_FAILED when there is none of that name. */
export function openLab(name: string, dir: string = defaultLabDir(name)): Lab {
  const paths = labPaths(dir);
  const state = readState(paths);
  if (state === undefined || !isAlive(state.site)) {
    throw new HeError('HE_FAILED', `there is no running lab ${name} (${paths.dir})`, {
      remedy: 'Make it: lab make NAME.',
    });
  }
  return new Lab(paths, state);
}

/** Ends a lab and removes all of it. Nothing to remove is no error. */
export async function removeLab(name: string, dir: string = defaultLabDir(name)): Promise<void> {
  const paths = labPaths(dir);
  await withLock(paths.lock, () => removeRemains(paths));
}
