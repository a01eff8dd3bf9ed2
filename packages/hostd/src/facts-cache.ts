import type { HypervisorFacts, VirtDriver } from '@hosted-engine/ports';

/**
 * Facts of the hypervisor, asked for once per connection: a libvirtd that hangs later does not take
 * the host's capabilities away. Rejects only while there has never been an answer.
 */
export function createFactsCache(driver: VirtDriver): () => Promise<HypervisorFacts> {
  let known: HypervisorFacts | undefined;
  let isFresh = false;
  driver.subscribe((event) => {
    // libvirt or QEMU may have been upgraded meanwhile.
    if (event.kind === 'connection') isFresh = false;
  });
  return async () => {
    if (known !== undefined && isFresh) return known;
    try {
      known = await driver.facts();
      isFresh = true;
      return known;
    } catch (error) {
      if (known === undefined) throw error;
      return known;
    }
  };
}
