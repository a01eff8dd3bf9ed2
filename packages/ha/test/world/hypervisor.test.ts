// The world's hypervisor keeps the same contract as the real one, so that tests over it mean something.

import { hypervisorContract } from '@hosted-engine/ports/contract/hypervisor.contract';
import { BOOT_S, World } from './world.js';

hypervisorContract('the small world', async () => {
  const world = new World(1);
  const host = world.host(1);
  return {
    hypervisor: host.hypervisor(),
    vmConf: 'vmName=HostedEngine\n',
    bootGuest: () => world.pass(BOOT_S),
    guestPowersOff: async () => host.guestDies('shut-down'),
    silence: async () => {
      host.hypervisorUp = false;
    },
    creations: () => world.starts,
    dispose: () => world.end(),
  };
});
