// What may go wrong in a round, or be put right: a choice of the exploration.

import type { Pace } from './daemon.js';
import { carryOut } from './effects.js';
import {
  coldHost,
  type EngineFault,
  hostOf,
  type Model,
  type ModelHost,
  type ModelVm,
  withHost,
} from './model.js';
import { pauseGuest, released } from './physics.js';

export type Choice =
  | { readonly kind: 'calm' }
  | { readonly kind: 'fault'; readonly name: string; readonly apply: (model: Model) => Model }
  | { readonly kind: 'delay'; readonly host: number; readonly pace: Pace }
  /** The hosts take their steps in the opposite order: another one wins each race. */
  | { readonly kind: 'reverse' };

export interface Budget {
  readonly faults: number;
  readonly delays: number;
}

const PACES: readonly Pace[] = ['late-slots', 'paused', 'resumed', 'slow'];

export function choicesOf(model: Model, budget: Budget): readonly Choice[] {
  const choices: Choice[] = [{ kind: 'calm' }];
  if (model.delays < budget.delays) {
    choices.push({ kind: 'reverse' });
    for (const host of model.hosts.filter(({ powered }) => powered)) {
      for (const pace of PACES) choices.push({ kind: 'delay', host: host.id, pace });
    }
  }
  if (model.faults < budget.faults) choices.push(...faultsOf(model));
  return choices;
}

export function describeChoice(choice: Choice): string {
  switch (choice.kind) {
    case 'calm':
      return 'calm';
    case 'reverse':
      return 'steps in reverse order';
    case 'delay':
      return `host ${choice.host} ${choice.pace}`;
    case 'fault':
      return choice.name;
  }
}

function faultsOf(model: Model): readonly Choice[] {
  const choices: Choice[] = [];
  const add = (name: string, apply: (model: Model) => Model): void => {
    choices.push({ kind: 'fault', name, apply });
  };
  for (const host of model.hosts) addHostFaults(host, add);
  const isAnyUp = model.hosts.some(({ powered, storageUp }) => powered && storageUp);
  add(isAnyUp ? 'storage-break all' : 'storage-heal all', (now) => ({
    ...now,
    hosts: now.hosts.map((host) => ({ ...host, storageUp: !isAnyUp })),
  }));
  add(`maintenance ${model.globalMaintenance ? 'none' : 'global'}`, (now) => ({
    ...now,
    globalMaintenance: !now.globalMaintenance,
  }));
  add(model.migrationsFail ? 'migration-works' : 'migration-fails', (now) => ({
    ...now,
    migrationsFail: !now.migrationsFail,
  }));
  const runs = model.hosts.some(({ vm }) => vm.kind === 'running');
  if (runs) addGuestFaults(model, add);
  return choices;
}

type Add = (name: string, apply: (model: Model) => Model) => void;

function addHostFaults(host: ModelHost, add: Add): void {
  const { id } = host;
  const toggle = (name: string, changes: Partial<ModelHost>): void => {
    add(`${name} ${id}`, (model) => withHost(model, id, changes));
  };
  if (!host.powered) {
    add(`power-on ${id}`, (model) => switchOn(model, id));
    return;
  }
  add(`power-off ${id}`, (model) => switchOff(model, id));
  add(`kill-daemon ${id}`, (model) => restartDaemon(model, id));
  toggle(host.storageUp ? 'storage-break' : 'storage-heal', { storageUp: !host.storageUp });
  toggle(host.networkUp ? 'cut-network' : 'heal-network', { networkUp: !host.networkUp });
  toggle(host.answers ? 'hostd-hang' : 'hostd-up', { answers: !host.answers });
  toggle(host.startsFail ? 'start-works' : 'start-fails', { startsFail: !host.startsFail });
  if (host.vm.kind === 'absent' && host.answers) {
    toggle('vm-start', { vm: { kind: 'waiting', rounds: 0 } });
  }
  if (host.localMaintenance) {
    toggle('maintenance-end', { localMaintenance: false, forced: false });
  } else {
    toggle('maintenance local', { localMaintenance: true });
    toggle('maintenance local force', { localMaintenance: true, forced: true });
  }
}

function addGuestFaults(model: Model, add: Add): void {
  add('kill-vm', (now) => endGuest(now, { kind: 'down', cause: 'crashed' }));
  add('guest-pause-io', pauseGuest);
  add('guest-shutdown', (now) => endGuest(now, { kind: 'down', cause: 'shut-down' }));
  for (const { id, vm } of model.hosts) {
    if (vm.kind === 'running') continue;
    add(`migrate-by-hand ${id}`, (now) => {
      const runner = now.hosts.find((host) => host.vm.kind === 'running');
      const effects = [{ kind: 'migrate-vm', to: { hostId: id } }];
      return runner === undefined ? now : carryOut(now, runner.id, effects);
    });
  }
  const broken = (engineFault: EngineFault) => (now: Model) => ({ ...now, engineFault });
  if (model.engineFault === 'none') {
    add('engine-stop', broken('service'));
    add('guest-hang', broken('guest'));
  }
}

function endGuest(model: Model, vm: ModelVm): Model {
  const runner = model.hosts.find((host) => host.vm.kind === 'running');
  if (runner === undefined) return model;
  return released(withHost(model, runner.id, { vm }), runner);
}

function switchOff(model: Model, id: number): Model {
  return withHost(model, id, {
    powered: false,
    vm: { kind: 'absent' },
    joined: false,
    pending: [],
  });
}

export function switchOn(model: Model, id: number): Model {
  const before = hostOf(model, id);
  if (before === undefined) return model;
  const { generation, renewedRound, slot, localMaintenance, startsFail, storageUp } = before;
  const kept = { generation, renewedRound, slot, localMaintenance, startsFail, storageUp };
  return withHost(model, id, { ...coldHost(id, model.round), ...kept });
}

/** I7: the VM and its lease stay; what the daemon knew is gone, but for the mark of its start. */
function restartDaemon(model: Model, id: number): Model {
  const hasMark = hostOf(model, id)?.machine.memory.ownStart !== undefined;
  const cold = coldHost(id, model.round, hasMark);
  const { machine, facts, pending, startRefused, moveRefused } = cold;
  return withHost(model, id, { machine, facts, pending, startRefused, moveRefused });
}
