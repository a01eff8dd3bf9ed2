import { type Effects, hostOf, type Model, type ModelHost, nowS, withHost } from './model.js';
import { mayGoOn, released } from './physics.js';

/** What the host daemon does when it is told; one that does not answer does nothing. */
export function carryOut(before: Model, id: number, effects: Effects): Model {
  let model = before;
  for (const effect of effects) {
    const host = hostOf(model, id);
    if (host?.powered && host.answers) model = carryOutOne(model, host, effect);
  }
  return model;
}

function carryOutOne(model: Model, host: ModelHost, effect: Effects[number]): Model {
  const { vm } = host;
  switch (effect.kind) {
    case 'start-vm':
      return vm.kind === 'absent' || vm.kind === 'down'
        ? withHost(model, host.id, { vm: { kind: 'waiting', rounds: 0 } })
        : model;
    case 'shutdown-vm':
      return vm.kind === 'running'
        ? withHost(model, host.id, { vm: { ...vm, stopping: true } })
        : model;
    case 'destroy-vm':
      return released(withHost(model, host.id, { vm: { kind: 'absent' } }), host);
    case 'forget-vm':
      return vm.kind === 'down' ? withHost(model, host.id, { vm: { kind: 'absent' } }) : model;
    case 'resume-vm':
      return vm.kind === 'running' && vm.paused && mayGoOn(model, vm, host)
        ? {
            ...withHost(model, host.id, { vm: { ...vm, paused: false } }),
            lease: { hostId: host.id, generation: host.generation },
          }
        : model;
    case 'migrate-vm':
      return migrate(model, host, effect.to?.hostId ?? 0);
    case 'restart-engine-service':
      return model.engineFault === 'service' ? { ...model, engineFault: 'none' } : model;
    default:
      throw new Error(`the model does not know the effect ${effect.kind}`);
  }
}

function migrate(model: Model, host: ModelHost, targetId: number): Model {
  if (host.vm.kind !== 'running' || host.vm.leavingFor !== undefined) return model;
  const target = hostOf(model, targetId);
  const isReachable = target?.powered && target.answers && target.vm.kind === 'absent';
  if (!isReachable || host.vm.paused) {
    const why = `host ${targetId} cannot be reached`;
    return withHost(model, host.id, { moveRefused: { atS: nowS(model), why } });
  }
  const leaving = withHost(model, host.id, { vm: { ...host.vm, leavingFor: targetId } });
  return withHost(leaving, targetId, { vm: { kind: 'incoming' } });
}
