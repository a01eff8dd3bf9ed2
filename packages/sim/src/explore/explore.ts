// Walks through everything that can come about in the model, breadth first: the first violation found is one
// with the fewest rounds.

import { type Budget, type Choice, choicesOf } from './choices.js';
import { act, type Told } from './daemon.js';
import { createRecovery } from './heal.js';
import { keyOf } from './key.js';
import { coldCluster, type Model } from './model.js';
import { passRound } from './physics.js';

export interface ExploreOptions {
  readonly hosts: number;
  /** Rounds from the two beginnings: a cluster that was just powered on, and one that runs its engine. */
  readonly depth: number;
  readonly budget: Budget;
  /** Ends the exploration at the depth where more states than these were seen. */
  readonly statesMax: number;
  readonly onDepth?: (depth: number, states: number) => void;
}

export interface Exploration {
  readonly hosts: number;
  readonly budget: Budget;
  /** Every state up to this many rounds was visited. */
  readonly depth: number;
  readonly states: number;
  readonly steps: number;
  /** Changes of state that were taken, as `from -> to`. */
  readonly changes: ReadonlySet<string>;
  /** Rounds until the engine is healthy again after everything is healed, at the worst. */
  readonly recoveryRounds: number;
  readonly violation: Violation | undefined;
}

export interface Violation {
  readonly rule: string;
  readonly path: Path;
}

/** How a state is reached: the beginning, and which of the choices was made in each round. */
export interface Path {
  readonly start: Start;
  readonly indices: readonly number[];
}

export type Start = 'cold' | 'settled';

interface Node {
  readonly parent: Node | undefined;
  readonly index: number;
  readonly start: Start;
}

interface Open {
  readonly model: Model;
  readonly node: Node;
}

/** Rounds within which a healed cluster must run its engine again. */
export const RECOVERY_BOUND = 40;

export function explore(options: ExploreOptions): Exploration {
  const { budget } = options;
  const seen = new Set<number>();
  const changes = new Set<string>();
  const tell = ({ from, to, isChange }: Told): void => {
    if (isChange) changes.add(`${from} -> ${to}`);
  };
  const recovery = createRecovery(RECOVERY_BOUND, (model) =>
    nextModel(model, { kind: 'calm' }, tell),
  );
  let steps = 0;
  let depth = 0;
  let violation: Violation | undefined;
  let open: Open[] = (['cold', 'settled'] as const).map((start) => ({
    model: startModel(start, options.hosts),
    node: { parent: undefined, index: -1, start },
  }));
  for (const { model } of open) seen.add(keyOf(model, true));

  /** No daemon will be late any more. */
  const isLast = (model: Model): boolean => model.delays >= budget.delays;

  /** Adds what follows from `from`; undefined unless a rule is broken. */
  function expand(from: Open, next: Open[]): Violation | undefined {
    const choices = choicesOf(from.model, budget);
    for (const [index, choice] of choices.entries()) {
      steps += 1;
      const model = nextModel(from.model, choice, tell);
      const node: Node = { parent: from.node, index, start: from.node.start };
      const rule = model.broken ?? tooManyStarts(model);
      if (rule !== undefined) return { rule, path: pathOf(node) };
      const key = keyOf(model, !isLast(model));
      if (seen.has(key)) continue;
      seen.add(key);
      const stuck = recovery.fault(model);
      if (stuck !== undefined) return { rule: stuck, path: pathOf(node) };
      next.push({ model: isLast(model) ? forgetful(model) : model, node });
    }
    return undefined;
  }

  while (depth < options.depth && open.length > 0 && seen.size < options.statesMax) {
    const next: Open[] = [];
    for (const from of open) {
      violation = expand(from, next);
      if (violation !== undefined) break;
    }
    if (violation !== undefined) break;
    depth += 1;
    open = next;
    options.onDepth?.(depth, seen.size);
  }
  return {
    hosts: options.hosts,
    budget,
    depth,
    states: seen.size,
    steps,
    changes,
    recoveryRounds: recovery.worst(),
    violation,
  };
}

/** One round: the choice, then the world, then the daemons. */
export function nextModel(
  before: Model,
  choice: Choice,
  tell: (told: Told, id: number) => void,
): Model {
  const isDelay = choice.kind === 'delay' || choice.kind === 'reverse';
  const hit = choice.kind === 'fault' ? choice.apply(before) : before;
  const ids = before.hosts.map(({ id }) => id);
  const order = choice.kind === 'reverse' ? ids.reverse() : ids;
  let model = passRound(
    {
      ...hit,
      faults: before.faults + (choice.kind === 'fault' ? 1 : 0),
      delays: before.delays + (isDelay ? 1 : 0),
    },
    order,
  );
  for (const id of order) {
    const pace = choice.kind === 'delay' && choice.host === id ? choice.pace : 'on-time';
    model = act(model, id, pace, (told) => tell(told, id));
  }
  return model;
}

/** Without what daemons saw in the round before: only a late one acts on it, and it takes most of the space. */
function forgetful(model: Model): Model {
  return { ...model, hosts: model.hosts.map((host) => ({ ...host, facts: undefined })) };
}

/** The first start of a cold cluster is nobody's fault. */
export function startModel(start: Start, hosts: number): Model {
  let model: Model = { ...coldCluster(hosts), starts: -1 };
  if (start === 'cold') return model;
  for (let round = 0; round < 24; round += 1)
    model = nextModel(model, { kind: 'calm' }, () => undefined);
  return model;
}

function tooManyStarts({ starts, faults }: Model): string | undefined {
  return starts > faults
    ? `the engine VM was started ${starts} times after ${faults} faults (I10)`
    : undefined;
}

function pathOf(node: Node): Path {
  const indices: number[] = [];
  for (let at: Node | undefined = node; at?.parent !== undefined; at = at.parent) {
    indices.unshift(at.index);
  }
  return { start: node.start, indices };
}
