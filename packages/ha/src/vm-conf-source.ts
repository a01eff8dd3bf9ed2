import { type Fact, known, unknown } from '@hosted-engine/core';
import { parseVmConf, VM_CONF_KEYS } from '@hosted-engine/formats';
import { type Clock, HeError, type Log, messageOf } from '@hosted-engine/ports';

/** Where vm.conf is kept between refreshes. */
export interface VmConfCache {
  /** vm.conf as it was last refreshed here; undefined when there is none. */
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

export interface VmConfSourceOptions {
  /** Reads vm.conf from the shared configuration volume. */
  readonly readShared: () => Promise<string>;
  readonly cache: VmConfCache;
  readonly clock: Clock;
  readonly log: Log;
}

/** vm.conf: refreshed from the shared storage before each start, with a local copy to fall back on. */
export interface VmConfSource {
  /** The newest that can be had. Rejects with HE_CONFIG_INVALID when there is none at all. */
  current(): Promise<string>;
  refresh(): Promise<void>;
  upToDate(): Fact<boolean>;
  memoryMiB(): number | undefined;
  lastRefresh(): { readonly monotonicS: number; readonly wallS: number };
}

/** Refreshed once a minute by the daemon; three in a row must fail before it counts as stale. */
const STALE_AFTER_S = 240;

export function createVmConfSource(options: VmConfSourceOptions): VmConfSource {
  const { clock, log, cache } = options;
  let text: string | undefined;
  let memoryMiB: number | undefined;
  let refreshed: { readonly monotonicS: number; readonly wallS: number } | undefined;
  let failure = 'vm.conf was not read yet';

  function take(candidate: string): void {
    const memSize = Number(parseVmConf(candidate).settings[VM_CONF_KEYS.memSize.key]);
    memoryMiB = Number.isFinite(memSize) ? memSize : undefined;
    text = candidate;
  }

  async function refresh(): Promise<void> {
    try {
      const shared = await options.readShared();
      const isNew = shared !== text;
      take(shared);
      refreshed = { monotonicS: clock.monotonicS(), wallS: clock.wallMs() / 1000 };
      if (isNew) {
        log.info('vm.conf was refreshed from the shared configuration');
        await cache.write(shared);
      }
    } catch (error) {
      failure = messageOf(error);
      log.warn(`vm.conf cannot be refreshed from the shared configuration: ${failure}`);
    }
  }

  return {
    refresh,
    async current() {
      await refresh();
      if (text === undefined) {
        const cached = await cache.read();
        if (cached !== undefined) take(cached);
      }
      if (text === undefined) {
        throw new HeError('HE_CONFIG_INVALID', `no vm.conf can be had: ${failure}`, {
          remedy:
            'Check the storage domain and the configuration volume named in hosted-engine.conf.',
        });
      }
      return text;
    },
    upToDate() {
      if (refreshed === undefined) return unknown(failure);
      const ageS = clock.monotonicS() - refreshed.monotonicS;
      return known(ageS <= STALE_AFTER_S, ageS);
    },
    memoryMiB: () => memoryMiB,
    lastRefresh: () => refreshed ?? { monotonicS: 0, wallS: 0 },
  };
}
