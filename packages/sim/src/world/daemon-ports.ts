// The ports of one run of the production daemon, on its simulated host.

import { DEFAULT_WEIGHTS } from '@hosted-engine/core';
import type { DaemonOptions } from '@hosted-engine/ha';
import {
  type Clock,
  HeError,
  type HostFigures,
  type Hypervisor,
  LeaseError,
  type Lockspaces,
  type Log,
  type StorageReport,
} from '@hosted-engine/ports';
import type { SimHost } from './host.js';
import type { Machine } from './machine.js';
import type { SimProcess } from './process.js';
import { DOMAIN, HOSTED_ENGINE } from './sanlock.js';
import { createSimWhiteboard } from './whiteboard.js';

/** Deadlines of the real adapters, in seconds. */
const QUESTION_S = 4;
const ACTION_S = 30;
const STORAGE_S = 5;
const CONNECT_S = 30;

export type SimDaemonOptions = Omit<DaemonOptions, 'ownsHostId'> & {
  readonly lockspaces: Lockspaces;
};

export function daemonOptions(
  host: SimHost,
  machine: Machine,
  process: SimProcess,
  clock: Clock,
): SimDaemonOptions {
  const { world } = host;
  const answerS = (): number => world.profile.answerS * host.random.between(0.5, 2);
  return {
    hostId: host.hostId,
    hostname: host.name,
    bridge: 'ovirtmgmt',
    weights: { ...DEFAULT_WEIGHTS },
    ioTimeoutS: world.profile.ioTimeoutS,
    clock,
    log: logOf(host),
    hypervisor: hypervisorPort(host, machine, process),
    whiteboard: createSimWhiteboard({ host, machine, process, deadlineS: STORAGE_S }),
    leaseView: {
      owner: () =>
        throughStorage(machine, process, () =>
          machine.isConnected && !machine.sanlock.isDead
            ? machine.sanlock.owner()
            : { kind: 'unknown' as const, why: 'sanlock does not answer' },
        ).catch((error: unknown) => ({ kind: 'unknown' as const, why: String(error) })),
      hosts: () => process.answer(answerS(), () => machine.sanlock.hosts()),
    },
    engineProbe: {
      check: () => {
        const guest = (): boolean | undefined => {
          if (!host.isBridgeUp) return undefined;
          const runner = world.runner();
          return runner !== undefined && runner.path.mode !== 'hang' && guestOf(runner);
        };
        // A page that does not come takes longer than one that does.
        return process.answer(guest() === true ? answerS() : 1, () => {
          const healthy = guest();
          if (healthy === undefined) return { health: 'unknown', why: 'no route to the engine' };
          return healthy
            ? { health: 'good', why: 'DB Up' }
            : { health: 'bad', why: 'no answer of the health page' };
        });
      },
    },
    networkProbe: {
      // Five tries overlap; one that is lost takes a second more.
      share: () => {
        const works = (): boolean =>
          world.isGatewayUp && host.hasUplink && host.networkMode === 'ok';
        return process.answer(works() ? 2 : 3, () => (works() ? 1 : 0));
      },
    },
    engineService: {
      restart: () =>
        process.answer(answerS(), () => {
          const { guest } = machine.hypervisor.qemu ?? {};
          if (guest === undefined) throw new Error('the engine VM does not run here');
          guest.restartService();
          world.happened({ kind: 'daemon', host, what: 'restarted the engine service' });
        }),
    },
    journal: {
      append: (entry) => world.checkers.decided(host, entry),
      close: () => Promise.resolve(),
    },
    vmConfCache: {
      read: () => process.answer(0, () => world.storage.vmConf),
      write: () => process.answer(0, () => undefined),
    },
    startMark: {
      wasKept: () => machine.isStartUnderWay,
      keep: (isUnderWay) => {
        machine.isStartUnderWay = isUnderWay;
      },
    },
    readSharedVmConf: () => {
      if (!machine.isConnected) {
        return Promise.reject(
          new HeError('HE_STORAGE_UNREACHABLE', 'the storage is not connected yet'),
        );
      }
      return throughStorage(machine, process, () => {
        if (host.isConfigStale) throw new Error('the configuration volume cannot be read');
        return world.storage.vmConf;
      });
    },
    localMaintenance: () => host.localMaintenance,
    connectStorage: () => connectStorage(machine, process),
    lockspaces: lockspacesPort(machine, process),
    onTurn: (turn) => {
      host.turn = turn;
      world.happened({ kind: 'turn', host });
    },
  };
}

function guestOf(host: SimHost): boolean {
  return host.machine?.hypervisor.qemu?.guest?.isHealthy === true;
}

function logOf(host: SimHost): Log {
  const note = (text: string): void => host.world.happened({ kind: 'agent', host, text });
  return {
    error: (text) => note(`error: ${text}`),
    warn: (text) => note(`warning: ${text}`),
    info: note,
    debug: () => undefined,
  };
}

/** An answer of the host daemon; of a hung one none within the deadline. */
function ask<T>(
  machine: Machine,
  process: SimProcess,
  deadlineS: number,
  make: () => T,
  isAction: boolean,
): Promise<T> {
  const { world, host, hypervisor } = machine;
  const unreachable = (why: string): HeError => new HeError('HE_HOSTD_UNREACHABLE', why);
  return new Promise((resolve, reject) => {
    world.clock.after(world.profile.answerS * host.random.between(0.5, 2), () => {
      if (machine.isOff) return;
      switch (hypervisor.answers) {
        case 'refused':
          process.deliver(() => reject(unreachable('the host daemon refuses the connection')));
          return;
        case 'silent':
          if (isAction) hypervisor.whenHealed(() => void make());
          world.clock.after(deadlineS, () =>
            process.deliver(() =>
              reject(unreachable(`the host daemon did not answer within ${deadlineS} s`)),
            ),
          );
          return;
        case 'yes':
          try {
            const value = make();
            process.deliver(() => resolve(value));
          } catch (error) {
            process.deliver(() => reject(error));
          }
      }
    });
  });
}

function hypervisorPort(host: SimHost, machine: Machine, process: SimProcess): Hypervisor {
  const { world } = host;
  const { hypervisor } = machine;
  const question = <T>(make: () => T): Promise<T> => ask(machine, process, QUESTION_S, make, false);
  const action = (make: () => void): Promise<void> => ask(machine, process, ACTION_S, make, true);
  /** Unlike the other commands it answers when it has ended, or never. */
  async function resume(): Promise<void> {
    let tell: (refusal?: string) => void = () => undefined;
    const ended = new Promise<string | undefined>((resolve) => {
      tell = (refusal) => process.deliver(() => resolve(refusal));
    });
    await action(() => hypervisor.resume(tell));
    world.clock.after(ACTION_S, () => tell(`no answer within ${ACTION_S} s`));
    const refusal = await ended;
    if (refusal !== undefined) throw new HeError('HE_FAILED', refusal);
  }

  return {
    vm: () =>
      question(() => ({
        view: hypervisor.view(),
        cpuCores: hypervisor.isRunning ? 0.5 : undefined,
      })),
    startVm: () => {
      world.happened({ kind: 'asked', host, call: 'start' });
      return action(() => hypervisor.start('agent'));
    },
    command: (what) => {
      world.happened({ kind: 'asked', host, call: what });
      return what === 'resume' ? resume() : action(() => hypervisor.command(what));
    },
    migrateVm: (to) => {
      world.happened({ kind: 'asked', host, call: 'migrate' });
      return action(() => hypervisor.migrateTo(to));
    },
    figures: () => question(() => figuresOf(host)),
    storage: () =>
      question(() => (hypervisor.isMonitoring ? storageReport(machine) : 'unmonitored')),
  };
}

function figuresOf(host: SimHost): HostFigures {
  const guest = host.machine?.hypervisor.isRunning === true ? 0.125 : 0;
  return {
    memoryFreeMiB: host.memoryFreeMiB,
    cpuBusyShare: Math.min(1, host.cpuLoad + guest),
    cpuCount: 4,
    interfaceUp: new Map([['ovirtmgmt', host.isBridgeUp]]),
  };
}

function storageReport({ world, path, sanlock }: Machine): StorageReport {
  const isHung = path.mode === 'hang';
  return {
    valid: path.mode === 'ok' || path.mode === 'read-only' || isHung,
    delayS: 0.01 + path.latencyS,
    lastCheckS: isHung ? world.clock.nowS - path.sinceS : 1,
    acquired: sanlock.state(DOMAIN) === 'joined',
  };
}

/** A read past its deadline fails; a result that comes later is dropped. */
function throughStorage<T>(machine: Machine, process: SimProcess, make: () => T): Promise<T> {
  const { world, path } = machine;
  return new Promise((resolve, reject) => {
    const deadline = world.clock.after(STORAGE_S, () =>
      process.deliver(() =>
        reject(new HeError('HE_STORAGE_TIMEOUT', `no answer of the storage after ${STORAGE_S} s`)),
      ),
    );
    path.operate('read', machine, 0.003, (fault) => {
      deadline.cancel();
      try {
        if (fault !== undefined) throw new HeError('HE_STORAGE_UNREACHABLE', fault);
        const value = make();
        process.deliver(() => resolve(value));
      } catch (error) {
        process.deliver(() => reject(error));
      }
    });
  });
}

function connectStorage(machine: Machine, process: SimProcess): Promise<void> {
  const { hypervisor, path, sanlock, world } = machine;
  const refuse = (why: string): never => {
    throw new HeError('HE_STORAGE_UNREACHABLE', why);
  };
  return ask(
    machine,
    process,
    CONNECT_S,
    () => {
      if (path.mode === 'error') refuse('Input/output error');
    },
    false,
  ).then(
    () =>
      new Promise((resolve, reject) => {
        const deadline = world.clock.after(CONNECT_S, () =>
          process.deliver(() =>
            reject(new HeError('HE_STORAGE_TIMEOUT', 'the storage did not answer')),
          ),
        );
        path.operate('read', machine, 0.2, (fault) => {
          deadline.cancel();
          if (fault !== undefined) {
            process.deliver(() => reject(new HeError('HE_STORAGE_UNREACHABLE', fault)));
            return;
          }
          machine.isConnected = true;
          hypervisor.startMonitoring();
          sanlock.join(DOMAIN);
          process.deliver(() => resolve());
        });
      }),
  );
}

function lockspacesPort(machine: Machine, process: SimProcess): Lockspaces {
  const { sanlock } = machine;
  const fromMemory = <T>(make: () => T): Promise<T> =>
    process.answer(0.002, () => {
      if (sanlock.isDead) {
        throw new HeError('HE_STORAGE_UNREACHABLE', 'sanlock does not answer');
      }
      return make();
    });
  return {
    join: () => fromMemory(() => sanlock.join(HOSTED_ENGINE)),
    state: () => fromMemory(() => sanlock.state(HOSTED_ENGINE)),
    leave: () => throughStorage(machine, process, () => sanlock.leave(HOSTED_ENGINE)),
    hosts: (name) =>
      fromMemory(() => {
        if (sanlock.state(name) !== 'joined') throw new LeaseError('ENOENT', 'not joined', -2);
        return [];
      }),
  };
}
