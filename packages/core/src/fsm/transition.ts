import type { Effect, Machine, Memory, StateName } from './machine.js';

/** The result of one state's decision: where to, what to do, and why (I9). */
export interface Decision {
  readonly next: Machine;
  readonly effects: readonly Effect[];
  /** One phrase for the log, the journal and the notification. */
  readonly reason: string;
}

export type PlainEffectKind = Exclude<Effect['kind'], 'migrate-vm'>;

export interface GoOptions {
  /** A plain kind stands for the effect that has no more to it. */
  readonly effects?: readonly (Effect | PlainEffectKind)[];
  readonly memory?: Partial<Memory>;
  /** Seconds from now until the new state's timer ends. */
  readonly timeoutS?: number;
}

/** Enters `name`: its timers start now. */
export function go(
  from: Machine,
  nowS: number,
  name: StateName,
  reason: string,
  options: GoOptions = {},
): Decision {
  return {
    next: {
      name,
      sinceS: nowS,
      deadlineS: options.timeoutS === undefined ? undefined : nowS + options.timeoutS,
      memory: { ...from.memory, ...options.memory },
    },
    effects: effectsOf(options),
    reason,
  };
}

/** Stays in the state: its timers run on. */
export function stay(from: Machine, reason: string, options: GoOptions = {}): Decision {
  return {
    next: { ...from, memory: { ...from.memory, ...options.memory } },
    effects: effectsOf(options),
    reason,
  };
}

export function isOverdue(machine: Machine, nowS: number): boolean {
  return machine.deadlineS !== undefined && nowS >= machine.deadlineS;
}

function effectsOf(options: GoOptions): readonly Effect[] {
  return (options.effects ?? []).map((effect) =>
    typeof effect === 'string' ? { kind: effect } : effect,
  );
}
