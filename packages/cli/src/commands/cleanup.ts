import type { Command } from '../command.js';

export const CLEANUP: Command = {
  name: 'cleanup',
  summary: 'undo the deployment of this host, whole or broken off',
  details: [
    'Stops the HA services, powers the engine VM off if it runs here, and puts back what the deployment',
    'changed on this host: files, services, certificates, mounts. Asks first.',
    'Shared storage is left alone, but for what a deployment left there that did not come to its end.',
    'Also available as ovirt-hosted-engine-cleanup.',
  ],
  options: [
    { name: 'quiet', short: 'q', help: 'ask nothing' },
    {
      name: 'storage',
      help: "remove the hosted engine's domain from the shared storage too; asks twice, and refuses while another host uses it",
    },
  ],
  run: (context, options) =>
    context.cleanUp({ quiet: options.has('quiet'), storage: options.has('storage') }),
};
