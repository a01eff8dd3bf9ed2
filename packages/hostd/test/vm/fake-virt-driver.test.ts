import { randomUUID } from 'node:crypto';
import { type DomainStart, VirtError } from '@hosted-engine/ports';
import { virtDriverContract } from '@hosted-engine/ports/contract/virt-driver.contract';
import { FakeVirtDriver } from './fake-virt-driver.js';

virtDriverContract('in memory', async () => {
  const driver = new FakeVirtDriver();
  const domain = (): DomainStart => {
    const vmId = randomUUID();
    return { vmId, name: vmId, xml: `<domain><uuid>${vmId}</uuid></domain>` };
  };
  return {
    driver,
    domain,
    async domainHeldElsewhere() {
      const held = domain();
      driver.refusals.set(held.name, new VirtError('lease-held', 'Lease is held by another host'));
      return held;
    },
    async domainParked() {
      const parked = domain();
      driver.parking.add(parked.name);
      return parked;
    },
    whenParked: async () => {},
    kill: async (vmId) => driver.end(vmId, 'crashed'),
    stopDaemon: async () => driver.setUp(false),
    startDaemon: async () => driver.setUp(true),
    close: async () => {},
  };
});
