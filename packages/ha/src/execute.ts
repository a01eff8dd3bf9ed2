import type { Effect, MoveTarget, Refusal } from '@hosted-engine/core';
import {
  type Clock,
  type EngineService,
  type Hypervisor,
  type Log,
  messageOf,
} from '@hosted-engine/ports';

export interface ExecutorOptions {
  readonly hypervisor: Hypervisor;
  readonly engineService: EngineService;
  /** Brings the shared configuration up to date and returns vm.conf (ha-daemon.md 7). */
  readonly vmConf: () => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
  /** An effect ended: its outcome can be observed now. What failed is told by nothing else. */
  readonly onDone: (hasFailed: boolean) => void;
}

/** The last time that an effect was refused outright, per kind. */
export interface Refusals {
  readonly start: Refusal | undefined;
  readonly move: Refusal | undefined;
  readonly service: Refusal | undefined;
  readonly resume: Refusal | undefined;
}

export interface Executor {
  /**
   * Begins each effect that is neither under way nor just over; never waits for it (F5: effects are idempotent,
   * and asked for on each turn for as long as they are needed).
   */
  execute(effects: readonly Effect[]): void;
  refusals(): Refusals;
}

type Table = {
  readonly [K in Effect['kind']]: (effect: Extract<Effect, { kind: K }>) => Promise<void>;
};

/** Seconds between the end of an effect and its repetition: each one's end wakes the loop, which asks again. */
const REPEAT_S = 1;

/** An exhaustive table: a new effect without an entry does not compile. */
export function createExecutor(options: ExecutorOptions): Executor {
  const { hypervisor, clock, log } = options;
  const underWay = new Set<Effect['kind']>();
  const endedS = new Map<Effect['kind'], number>();
  let refusals: Refusals = {
    start: undefined,
    move: undefined,
    service: undefined,
    resume: undefined,
  };

  async function orRefused(what: keyof Refusals, action: () => Promise<void>): Promise<void> {
    const atS = clock.monotonicS();
    try {
      await action();
    } catch (error) {
      refusals = { ...refusals, [what]: { atS, why: messageOf(error) } };
      throw error;
    }
  }

  async function migrate(to: MoveTarget): Promise<void> {
    await orRefused('move', () => hypervisor.migrateVm(to.hostname));
  }

  const table: Table = {
    'start-vm': () => orRefused('start', async () => hypervisor.startVm(await options.vmConf())),
    'shutdown-vm': () => hypervisor.command('shutdown'),
    'destroy-vm': () => hypervisor.command('destroy'),
    'forget-vm': () => hypervisor.command('forget'),
    'resume-vm': () => orRefused('resume', () => hypervisor.command('resume')),
    'migrate-vm': ({ to }) => migrate(to),
    'restart-engine-service': () => orRefused('service', () => options.engineService.restart()),
  };

  async function carryOut(effect: Effect): Promise<void> {
    const { kind } = effect;
    underWay.add(kind);
    let hasFailed = false;
    try {
      // The table's key and the effect's kind are one: the compiler cannot see it across the index.
      await (table[kind] as (effect: Effect) => Promise<void>)(effect);
      log.debug(`${kind}: done`);
    } catch (error) {
      hasFailed = true;
      log.warn(`${kind}: ${messageOf(error)}`);
    } finally {
      underWay.delete(kind);
      endedS.set(kind, clock.monotonicS());
      options.onDone(hasFailed);
    }
  }

  return {
    execute(effects) {
      for (const effect of effects) {
        const isOver = clock.monotonicS() - (endedS.get(effect.kind) ?? -REPEAT_S) >= REPEAT_S;
        if (isOver && !underWay.has(effect.kind)) void carryOut(effect);
      }
    },
    refusals: () => refusals,
  };
}
