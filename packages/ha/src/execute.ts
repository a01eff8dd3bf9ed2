import type { Effect } from '@hosted-engine/core';
import { type Clock, type Hypervisor, type Log, messageOf } from '@hosted-engine/ports';

export interface ExecutorOptions {
  readonly hypervisor: Hypervisor;
  /** Brings the shared configuration up to date and returns vm.conf (ha-daemon.md 7). */
  readonly vmConf: () => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
  /** An effect ended: its outcome can be observed now. */
  readonly onDone: () => void;
}

export interface Executor {
  /** Begins each effect that is not under way already; never waits for it (F5: effects are idempotent). */
  execute(effects: readonly Effect[]): void;
  /** The last start that was refused outright. */
  startRefused(): { readonly atS: number; readonly why: string } | undefined;
}

type Table = { readonly [K in Effect['kind']]: () => Promise<void> };

/** An exhaustive table: a new effect without an entry does not compile. */
export function createExecutor(options: ExecutorOptions): Executor {
  const { hypervisor, clock, log } = options;
  const underWay = new Set<Effect['kind']>();
  let refused: { readonly atS: number; readonly why: string } | undefined;

  const table: Table = {
    async 'start-vm'() {
      try {
        await hypervisor.startVm(await options.vmConf());
      } catch (error) {
        refused = { atS: clock.monotonicS(), why: messageOf(error) };
        throw error;
      }
    },
    'shutdown-vm': () => hypervisor.shutdownVm(),
    'destroy-vm': () => hypervisor.destroyVm(),
    'forget-vm': () => hypervisor.forgetVm(),
  };

  async function carryOut(kind: Effect['kind']): Promise<void> {
    underWay.add(kind);
    try {
      await table[kind]();
      log.debug(`${kind}: done`);
    } catch (error) {
      log.warn(`${kind}: ${messageOf(error)}`);
    } finally {
      underWay.delete(kind);
      options.onDone();
    }
  }

  return {
    execute(effects) {
      for (const { kind } of effects) {
        if (!underWay.has(kind)) void carryOut(kind);
      }
    },
    startRefused: () => refused,
  };
}
