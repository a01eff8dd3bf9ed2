import { engineStatusOf, type Observation, type PeerSlot, step } from '@hosted-engine/core';
import { carryOut } from './effects.js';
import { hostOf, MODEL_CONFIG, type Model, type ModelHost, withHost } from './model.js';
import { observe } from './observe.js';
import { brokenRule } from './rules.js';

/**
 * on-time     sees what is, and acts at once
 * late-slots  sees the whiteboard of the round before
 * paused      does nothing this round
 * resumed     was stopped after it had looked: decides on everything as it was a round before
 * slow        decides now; what it decided is carried out a round later
 */
export type Pace = 'on-time' | 'late-slots' | 'paused' | 'resumed' | 'slow';

export interface Told {
  readonly from: string;
  readonly to: string;
  /** The state was entered anew, also when it has the same name. */
  readonly isChange: boolean;
  readonly reason: string;
  readonly effects: readonly string[];
}

/** One step of one daemon: the production core over what this host sees. */
export function act(model: Model, id: number, pace: Pace, tell: (told: Told) => void): Model {
  const before = hostOf(model, id);
  if (before === undefined || !before.powered || pace === 'paused') return model;
  const overdue = carryOut(model, id, before.pending);
  const host = hostOf(overdue, id) ?? before;
  const fresh = observe(overdue, host);
  const seen = seenAt(pace, fresh, host.facts);
  const result = step(host.machine, seen, MODEL_CONFIG);
  tell({
    from: host.machine.name,
    to: result.next.name,
    isChange: result.next.name !== host.machine.name || result.next.sinceS !== host.machine.sinceS,
    reason: result.reason,
    effects: result.effects.map(({ kind }) => kind),
  });
  const broken = overdue.broken ?? brokenRule(host.machine, seen, result);
  const decided = withHost({ ...overdue, broken }, id, {
    machine: result.next,
    facts: fresh,
    pending: pace === 'slow' ? result.effects : [],
    slot: host.storageUp ? slotOf(host, seen, result) : host.slot,
  });
  return pace === 'slow' ? decided : carryOut(decided, id, result.effects);
}

function seenAt(pace: Pace, fresh: Observation, facts: Observation | undefined): Observation {
  if (facts === undefined) return fresh;
  if (pace === 'resumed') return { ...facts, nowS: fresh.nowS };
  return pace === 'late-slots' ? { ...fresh, slots: facts.slots } : fresh;
}

function slotOf(host: ModelHost, seen: Observation, result: ReturnType<typeof step>): PeerSlot {
  const { machine } = { machine: result.next };
  const wentDown = machine.memory.wasUp || machine.name === 'EngineUnexpectedlyDown';
  return {
    hostId: host.id,
    timestamp: String(seen.nowS),
    score: result.score.total,
    engine: engineStatusOf(seen.vm, seen.health, wentDown),
    hostname: `host${host.id}`,
    localMaintenance: seen.localMaintenance,
    stopped: false,
    state: machine.name,
  };
}
