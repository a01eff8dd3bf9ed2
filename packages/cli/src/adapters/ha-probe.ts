import type { Broker } from '@hosted-engine/ports';
import { HeError } from '@hosted-engine/ports';
import type { HaProbe } from '@hosted-engine/setup';

/** Asks the HA daemon by its socket. One that is not up, or not ready, reports nobody. */
export function createHaProbe(broker: Broker): HaProbe {
  return {
    isReporting: async (hostId) => {
      try {
        const { alive, slots } = await broker.state();
        return alive.has(hostId) && slots.has(hostId);
      } catch (thrown) {
        if (thrown instanceof HeError) return false;
        throw thrown;
      }
    },
  };
}
