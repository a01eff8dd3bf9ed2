import { randomUUID } from 'node:crypto';
import { type DomainStart, VirtError } from '@hosted-engine/ports';
import { domainMoverContract } from '@hosted-engine/ports/contract/domain-mover.contract';
import { virtDriverContract } from '@hosted-engine/ports/contract/virt-driver.contract';
import { FakeVirtDriver } from './fake-virt-driver.js';

function domain(): DomainStart {
  const vmId = randomUUID();
  return { vmId, name: vmId, xml: `<domain><uuid>${vmId}</uuid></domain>` };
}

domainMoverContract('in memory', async () => ({
  driver: new FakeVirtDriver(),
  domain,
  close: async () => {},
}));

virtDriverContract('in memory', async () => {
  const driver = new FakeVirtDriver();
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
