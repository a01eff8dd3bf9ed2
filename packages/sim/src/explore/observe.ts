import {
  type Fact,
  type Health,
  known,
  type LeaseLook,
  type LockspaceReading,
  lookAtLease,
  type Observation,
  unknown,
  type VmView,
} from '@hosted-engine/core';
import { DEAD_AFTER, type Model, type ModelHost, type ModelVm, nowS, silenceOf } from './model.js';

/** What the monitors of `host` would report now, all of them on time. */
export function observe(model: Model, host: ModelHost): Observation {
  const usable = host.storageUp && host.joined;
  return {
    nowS: nowS(model),
    hostId: host.id,
    globalMaintenance: host.storageUp ? known(model.globalMaintenance) : NO_STORAGE,
    localMaintenance: host.localMaintenance,
    localMaintenanceForced: host.forced,
    vm: host.answers ? known(viewOf(host.vm)) : unknown('the host daemon does not answer'),
    health: healthOf(model, host.vm),
    storage: host.answers ? known(usable) : unknown('the host daemon does not answer'),
    slots: host.storageUp
      ? known({ peers: slotsBut(model, host), readS: nowS(model) })
      : NO_STORAGE,
    lease: leaseOf(model, host),
    networkShare: known(host.networkUp ? 1 : 0),
    bridgeUp: known(true),
    memoryFreeMiB: known(8000),
    cpuLoad: known(0),
    cpuCores: known(4),
    configUpToDate: known(true),
    vmMemoryMiB: 4096,
    startRefused: host.startRefused,
    moveRefused: host.moveRefused,
    serviceRefused: undefined,
    resumeRefused: undefined,
  };
}

const NO_STORAGE = unknown('the storage does not answer');

function viewOf(vm: ModelVm): VmView {
  switch (vm.kind) {
    case 'absent':
    case 'incoming':
      return vm;
    case 'waiting':
      return { kind: 'waiting' };
    case 'down':
      return { kind: 'down', cause: vm.cause, detail: vm.cause };
    case 'running':
      if (vm.paused) return { kind: 'running', status: 'Paused', pause: 'io-error' };
      return { kind: 'running', status: vm.leavingFor === undefined ? 'Up' : 'Migration Source' };
  }
}

function healthOf(model: Model, vm: ModelVm): Fact<Health> {
  if (vm.kind !== 'running') return unknown('the engine VM does not run here');
  return known(vm.booted && !vm.paused && model.engineFault === 'none' ? 'good' : 'bad');
}

function slotsBut(model: Model, host: ModelHost) {
  return model.hosts.flatMap(({ id, slot }) =>
    id === host.id || slot === undefined ? [] : [slot],
  );
}

function leaseOf(model: Model, host: ModelHost): Fact<LeaseLook> {
  if (!host.storageUp) return NO_STORAGE;
  const { lease } = model;
  if (lease === undefined) return lookAtLease({ kind: 'free' }, 'unknown');
  const lockspace = new Map<number, LockspaceReading>(
    model.hosts.map((other) => [
      other.id,
      { state: standingOf(model, other), generation: other.generation },
    ]),
  );
  return lookAtLease({ kind: 'held', ...lease }, lockspace);
}

/** sanlock's judgement of a host id, from its renewals. */
export function standingOf(model: Model, host: ModelHost): 'free' | 'live' | 'fail' | 'dead' {
  if (host.generation === 0) return 'free';
  const silence = silenceOf(model, host);
  if (silence <= 1) return 'live';
  return silence < DEAD_AFTER ? 'fail' : 'dead';
}
