// The world between two steps of the daemons: sanlock, QEMU, libvirt, and the guest.

import {
  type Guest,
  hostOf,
  KILL_AFTER,
  type Lease,
  type Model,
  type ModelHost,
  type ModelVm,
  silenceOf,
  withHost,
} from './model.js';
import { standingOf } from './observe.js';

const WAITS_AT_MOST = 7;

/** One round: renewals and kills first, then every VM; `order` is the order of the hosts. */
export function passRound(before: Model, order: readonly number[]): Model {
  let model: Model = { ...before, round: before.round + 1 };
  for (const id of order) model = renew(model, id);
  for (const id of order) model = advanceVm(model, id);
  return { ...model, broken: model.broken ?? faultOf(model) };
}

function renew(model: Model, id: number): Model {
  const host = hostOf(model, id);
  if (host === undefined || !host.powered) return model;
  if (host.storageUp) {
    const generation = host.joined ? host.generation : host.generation + 1;
    return withHost(model, id, { joined: true, generation, renewedRound: model.round });
  }
  if (silenceOf(model, host) < KILL_AFTER) return model;
  // I2: what holds a lease that cannot be renewed is killed, and the lease stays as it is on the disk. A paused
  // guest holds none, so sanlock leaves it: the host daemon ends it, when it answers.
  const { vm } = host;
  const isLeft = vm.kind === 'running' && vm.paused && !host.answers;
  const ends = (vm.kind === 'running' && !isLeft) || vm.kind === 'incoming';
  return withHost(model, id, {
    joined: false,
    vm: ends ? { kind: 'down', cause: 'crashed' } : vm,
  });
}

function advanceVm(model: Model, id: number): Model {
  const host = hostOf(model, id);
  if (host === undefined || !host.powered) return model;
  switch (host.vm.kind) {
    case 'absent':
    case 'down':
      return model;
    case 'incoming':
      return sourceOf(model, id) === undefined ? withHost(model, id, { vm: ABSENT }) : model;
    case 'waiting':
      return launch(model, host, host.vm.rounds);
    case 'running':
      return runOn(model, host, host.vm);
  }
}

const ABSENT: ModelVm = { kind: 'absent' };

function sourceOf(model: Model, targetId: number): ModelHost | undefined {
  return model.hosts.find(({ vm }) => vm.kind === 'running' && vm.leavingFor === targetId);
}

/** I1: the lease comes before the first guest instruction. */
function launch(model: Model, host: ModelHost, rounds: number): Model {
  if (host.startsFail)
    return withHost(model, host.id, { vm: { kind: 'down', cause: 'start-failed' } });
  if (host.storageUp && host.joined) {
    switch (grantTo(model, host)) {
      case 'granted':
        return {
          ...withHost(overtake(model), host.id, { vm: NEW_GUEST }),
          lease: { hostId: host.id, generation: host.generation },
          starts: model.starts + 1,
          engineFault: 'none',
        };
      case 'refused':
        return withHost(model, host.id, { vm: { kind: 'down', cause: 'lease-held' } });
      case 'parked':
        break;
    }
  }
  const vm: ModelVm =
    rounds >= WAITS_AT_MOST
      ? { kind: 'down', cause: 'start-failed' }
      : { kind: 'waiting', rounds: rounds + 1 };
  return withHost(model, host.id, { vm });
}

const NEW_GUEST: Guest = {
  kind: 'running',
  booted: false,
  paused: false,
  overtaken: false,
  stopping: false,
  leavingFor: undefined,
};

/** What is paused elsewhere has lost its lease for good. */
function overtake(model: Model): Model {
  const hosts = model.hosts.map((host) =>
    host.vm.kind === 'running' && host.vm.paused
      ? { ...host, vm: { ...host.vm, overtaken: true } }
      : host,
  );
  return { ...model, hosts };
}

/** One I/O error: the guest stops, and its lease is given up where it can be written. */
export function pauseGuest(model: Model): Model {
  const [runner] = executing(model);
  if (runner?.vm.kind !== 'running') return model;
  const vm = { ...runner.vm, paused: true, leavingFor: undefined };
  return released(withHost(model, runner.id, { vm }), runner);
}

function grantTo(model: Model, host: ModelHost): 'granted' | 'refused' | 'parked' {
  const { lease } = model;
  if (lease === undefined || lease.hostId === host.id) return 'granted';
  const owner = hostOf(model, lease.hostId);
  if (owner === undefined || owner.generation > lease.generation) return 'granted';
  switch (standingOf(model, owner)) {
    case 'free':
    case 'dead':
      return 'granted';
    case 'live':
      return 'refused';
    case 'fail':
      return 'parked';
  }
}

function runOn(model: Model, host: ModelHost, guest: Guest): Model {
  if (guest.paused) return model;
  if (guest.stopping && model.engineFault !== 'guest') {
    return released(withHost(model, host.id, { vm: { kind: 'down', cause: 'shut-down' } }), host);
  }
  if (guest.leavingFor !== undefined) return arrive(model, host, guest, guest.leavingFor);
  return guest.booted ? model : withHost(model, host.id, { vm: { ...guest, booted: true } });
}

function arrive(model: Model, source: ModelHost, guest: Guest, targetId: number): Model {
  const target = hostOf(model, targetId);
  const here: Guest = { ...guest, leavingFor: undefined };
  const fits =
    target !== undefined &&
    target.vm.kind === 'incoming' &&
    target.powered &&
    target.storageUp &&
    target.joined;
  if (!fits || model.migrationsFail) {
    const back = withHost(model, source.id, { vm: here });
    return target?.vm.kind === 'incoming' ? withHost(back, targetId, { vm: ABSENT }) : back;
  }
  const lease: Lease = { hostId: targetId, generation: target.generation };
  const moved = withHost(model, source.id, { vm: { kind: 'down', cause: 'migrated-away' } });
  return { ...withHost(moved, targetId, { vm: here }), lease };
}

/** The lease goes with the process, if its host can write. */
export function released(model: Model, host: ModelHost): Model {
  const isOwner = model.lease?.hostId === host.id && model.lease.generation === host.generation;
  return isOwner && host.storageUp && host.powered ? { ...model, lease: undefined } : model;
}

/** Hosts whose guest executes. */
export function executing(model: Model): readonly ModelHost[] {
  return model.hosts.filter(({ vm }) => vm.kind === 'running' && !vm.paused);
}

/** libvirt takes the lease again before it lets a paused guest go on; not one that another host had meanwhile. */
export function mayGoOn(model: Model, guest: Guest, host: ModelHost): boolean {
  const isFree = model.lease === undefined || model.lease.hostId === host.id;
  return !guest.overtaken && isFree && host.storageUp && host.joined;
}

function faultOf(model: Model): string | undefined {
  const running = executing(model);
  if (running.length > 1)
    return `two engine VMs: hosts ${running.map(({ id }) => id).join(' and ')}`;
  const [runner] = running;
  if (runner !== undefined && model.lease?.hostId !== runner.id) {
    return `the engine VM on host ${runner.id} runs without the lease`;
  }
  return undefined;
}
