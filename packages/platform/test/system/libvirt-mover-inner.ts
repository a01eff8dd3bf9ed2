// Runs inside a private host: see libvirt-driver.test.ts.

import { randomUUID } from 'node:crypto';
import type { Log } from '@hosted-engine/ports';
import { domainMoverContract } from '@hosted-engine/ports/contract/domain-mover.contract';
import { createLibvirtDriver } from '../../src/libvirt/libvirt-driver.js';
import { createLeases, createLibvirtd } from './test-daemons.js';

const silent: Log = { error() {}, warn() {}, info() {}, debug() {} };

domainMoverContract('libvirt', async () => {
  const libvirtd = createLibvirtd();
  await libvirtd.start();
  // libvirt's lock driver starts no domain without sanlock.
  await createLeases(`${process.env['HE_TEST_DIR']}/leases`);
  const driver = createLibvirtDriver({ log: silent });
  return {
    driver,
    domain() {
      const vmId = randomUUID();
      const name = `vm-${vmId.slice(0, 8)}`;
      const xml = `<domain type='qemu'><name>${name}</name><uuid>${vmId}</uuid>
        <memory unit='MiB'>32</memory><vcpu>1</vcpu>
        <os><type arch='x86_64' machine='pc'>hvm</type></os></domain>`;
      return { vmId, name, xml };
    },
    async close() {
      await driver.close();
      await libvirtd.stop();
    },
  };
});
