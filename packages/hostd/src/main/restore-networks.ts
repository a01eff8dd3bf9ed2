// Composition root of hosted-engine-network.service: makes the saved networks again at boot.

import {
  createProcessRunner,
  createSystemClock,
  createSystemLog,
  exitProcess,
  isJournal,
} from '@hosted-engine/platform';
import { messageOf } from '@hosted-engine/ports';
import { createIpTool } from '../network/ip-tool.js';
import { createNetworkStore } from '../network/network-store.js';
import { NETWORK_PATHS } from '../network/paths.js';
import { restoreNetworks } from '../network/restore-networks.js';

const clock = createSystemClock();
const log = createSystemLog({
  journal: isJournal(process.env),
  level: 'info',
  write: (line) => process.stderr.write(line),
  wallMs: () => clock.wallMs(),
});

restoreNetworks(
  createIpTool(createProcessRunner()),
  createNetworkStore(NETWORK_PATHS),
  clock,
  log,
).then(
  (failed) => exitProcess(failed.length === 0 ? 0 : 1),
  (error: unknown) => {
    log.error(`the networks are not restored: ${messageOf(error)}`);
    exitProcess(1);
  },
);
