import type { HypervisorFacts, VirtDriver } from '@hosted-engine/ports';

/**
 * Facts of the hypervisor, asked for with each new connection and kept: a libvirtd that hangs later
 * does not take the host's capabilities away, nor hold up who asks for them. Rejects only while
 * there has never been an answer.
 */
export function createFactsCache(driver: VirtDriver): () => Promise<HypervisorFacts> {
  let known: HypervisorFacts | undefined;
  let asking: Promise<HypervisorFacts> | undefined;

  function ask(): Promise<HypervisorFacts> {
    asking ??= driver
      .facts()
      .then((facts) => {
        known = facts;
        return facts;
      })
      .finally(() => {
        asking = undefined;
      });
    return asking;
  }

  driver.subscribe((event) => {
    // libvirt or QEMU may have been upgraded meanwhile. A failure shows when somebody asks.
    if (event.kind === 'connection' && event.up) ask().catch(() => undefined);
  });
  return async () => known ?? ask();
}
