// Runs inside a private host: see libvirt-driver.test.ts.

import { randomUUID } from 'node:crypto';
import type { DomainStart, Log } from '@hosted-engine/ports';
import { virtDriverContract } from '@hosted-engine/ports/contract/virt-driver.contract';
import { createLibvirtDriver } from '../../src/libvirt/libvirt-driver.js';
import { findQemu } from '../../src/libvirt/qemu-process.js';
import { createLeases, createLibvirtd, until } from './test-daemons.js';

const silent: Log = { error() {}, warn() {}, info() {}, debug() {} };

function domainWith(devices: string): DomainStart {
  const vmId = randomUUID();
  const name = `vm-${vmId.slice(0, 8)}`;
  const xml = `<domain type='qemu'><name>${name}</name><uuid>${vmId}</uuid>
    <memory unit='MiB'>32</memory><vcpu>1</vcpu>
    <os><type arch='x86_64' machine='pc'>hvm</type></os>
    <features><acpi/></features><devices>${devices}</devices></domain>`;
  return { vmId, name, xml };
}

virtDriverContract('libvirt', async () => {
  const libvirtd = createLibvirtd();
  await libvirtd.start();
  const leases = await createLeases(`${process.env['HE_TEST_DIR']}/leases`);
  const driver = createLibvirtDriver({ log: silent });
  const held = await leases.heldByPeer('held');
  const parked = await leases.heldByPeer('parked');
  return {
    driver,
    domain: () => domainWith(''),
    domainHeldElsewhere: async () => domainWith(held),
    async domainParked() {
      await leases.peer.powerOff();
      return domainWith(parked);
    },
    whenParked: (vmId) =>
      until(
        async () => (await findQemu('/run/libvirt/qemu', vmId)) !== undefined,
        `QEMU of ${vmId}`,
      ),
    async kill(vmId) {
      const { pid } = await driver.inspect(vmId);
      if (pid === undefined) throw new Error(`no process of ${vmId}`);
      process.kill(pid, 'SIGKILL');
    },
    stopDaemon: () => libvirtd.stop(),
    startDaemon: () => libvirtd.start(),
    async close() {
      await driver.close();
      await libvirtd.stop();
    },
  };
});
