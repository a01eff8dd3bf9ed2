import { spawn } from 'node:child_process';
import { HeError } from '@hosted-engine/ports';
import { clusterVm } from '../cluster/guest.js';
import type { LabHost } from '../host.js';
import type { Lab } from '../lab.js';
import { makeLab, openLab, removeLab } from '../make.js';
import { defaultLabDir } from '../paths.js';
import { type Arguments, numberOf } from './arguments.js';
import { renderLab } from './show.js';

/** The verbs of the lab's command. Each takes the lab's name first. */
export interface Command {
  readonly usage: string;
  readonly about: string;
  readonly run: (args: Arguments) => Promise<number>;
}

type Say = (line: string) => void;

function labOf(args: Arguments): Lab {
  const name = args.word(0, 'the name of the lab');
  return openLab(name, args.options.get('dir') ?? defaultLabDir(name));
}

function hostOf(args: Arguments): LabHost {
  return labOf(args).host(hostId(args.word(1, 'the host')));
}

/** Accepts `2`, `host2` and `host2.lab.test`. */
function hostId(word: string): number {
  const found = /^(?:host)?(\d+)(?:\.lab\.test)?$/.exec(word);
  if (found === null) throw new HeError('HE_USAGE', `${word} is not a host of the lab`);
  return Number(found[1]);
}

function onHost(about: string, usage: string, act: (host: LabHost) => Promise<void>): Command {
  return {
    usage: `${usage} NAME HOST`,
    about,
    run: async (args) => {
      await act(hostOf(args));
      return 0;
    },
  };
}

function onUnit(
  about: string,
  usage: string,
  act: (host: LabHost, unit: string) => Promise<void>,
): Command {
  return {
    usage: `${usage} NAME HOST UNIT`,
    about,
    run: async (args) => {
      await act(hostOf(args), args.word(2, 'the unit, such as vdsmd'));
      return 0;
    },
  };
}

function onLab(about: string, usage: string, act: (lab: Lab) => Promise<void>): Command {
  return {
    usage: `${usage} NAME`,
    about,
    run: async (args) => {
      await act(labOf(args));
      return 0;
    },
  };
}

function makeCommand(say: Say): Command {
  return {
    usage: 'make NAME [--hosts=3] [--dir=FOLDER] [--subnet=1] [--bridges=no]',
    about: 'make a lab and switch its hosts on',
    run: async (args) => {
      const name = args.word(0, 'the name of the lab');
      const dir = args.options.get('dir');
      const lab = await makeLab({
        name,
        hosts: numberOf(args.options.get('hosts') ?? '3', '--hosts'),
        subnet: numberOf(args.options.get('subnet') ?? '1', '--subnet'),
        keep: true,
        bridges: args.options.get('bridges') !== 'no',
        ...(dir === undefined ? {} : { dir }),
      });
      say(await renderLab(lab));
      return 0;
    },
  };
}

function execCommand(): Command {
  return {
    usage: 'exec NAME HOST -- PROGRAM [WORD…]',
    about: 'run a program in a host, as root',
    run: async (args) => {
      const [program = '', ...entered] = await hostOf(args).enter();
      if (args.rest.length === 0) throw new HeError('HE_USAGE', 'exec needs -- and a program');
      const child = spawn(program, [...entered, ...args.rest], {
        cwd: '/',
        stdio: 'inherit',
      });
      return new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', (code) => resolve(code ?? 1));
      });
    },
  };
}

/** All commands by their first words. */
export function labCommands(say: Say): ReadonlyMap<string, Command> {
  return new Map<string, Command>([
    ['make', makeCommand(say)],
    [
      'show',
      {
        usage: 'show NAME',
        about: 'hosts, their services and storage, and the faults in force',
        run: async (args) => {
          say(await renderLab(labOf(args)));
          return 0;
        },
      },
    ],
    [
      'remove',
      {
        usage: 'remove NAME',
        about: 'end the lab and remove all of it',
        run: async (args) => {
          const name = args.word(0, 'the name of the lab');
          await removeLab(name, args.options.get('dir') ?? defaultLabDir(name));
          return 0;
        },
      },
    ],
    ['exec', execCommand()],
    ['power-off', onHost('cut the power of a host', 'power-off', (host) => host.powerOff())],
    ['power-on', onHost('switch a host on', 'power-on', (host) => host.powerOn())],
    ['cut-network', onHost('unplug the network cable', 'cut-network', (host) => host.cutNetwork())],
    ['heal-network', onHost('plug it in again', 'heal-network', (host) => host.healNetwork())],
    [
      'cut-management',
      onHost("the host's own management address is dead", 'cut-management', (host) =>
        host.cutManagement(),
      ),
    ],
    [
      'heal-management',
      onHost('it lives again', 'heal-management', (host) => host.healManagement()),
    ],
    ['cut-gateway', onLab('the gateway stops answering', 'cut-gateway', (lab) => lab.cutGateway())],
    ['heal-gateway', onLab('it answers again', 'heal-gateway', (lab) => lab.healGateway())],
    ['hang-storage', onHost('storage hangs', 'hang-storage', (host) => host.hangStorage())],
    ['break-storage', onHost('I/O errors', 'break-storage', (host) => host.breakStorage())],
    ['heal-storage', onHost('storage answers', 'heal-storage', (host) => host.healStorage())],
    ['kill-vm', onHost("SIGKILL to the VM's QEMU", 'kill-vm', (host) => host.killVm())],
    [
      'shutdown-vm',
      onHost('shut the VM down from inside', 'shutdown-vm', (host) => clusterVm(host).shutdown()),
    ],
    [
      'stop-engine',
      onHost('stop the engine in the VM', 'stop-engine', (host) => clusterVm(host).stopEngine()),
    ],
    [
      'start-engine',
      onHost('start it again', 'start-engine', (host) => clusterVm(host).startEngine()),
    ],
    ['stop', onUnit('stop a daemon', 'stop', (host, unit) => host.stopDaemon(unit))],
    ['start', onUnit('start a daemon', 'start', (host, unit) => host.startDaemon(unit))],
    ['kill', onUnit('SIGKILL to a daemon', 'kill', (host, unit) => host.killDaemon(unit))],
    ['freeze', onUnit('SIGSTOP to a daemon', 'freeze', (host, unit) => host.freezeDaemon(unit))],
    ['thaw', onUnit('SIGCONT to a daemon', 'thaw', (host, unit) => host.thawDaemon(unit))],
  ]);
}
