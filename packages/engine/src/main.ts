// The engine's process. Settings come from the environment, which the appliance's service script
// sets: HE_DATA (folder for everything), HE_SEED, HE_NETWORK_UP, HE_UID, HE_DATABASE_BINDING,
// HE_HTTP_HOST, HE_HTTP_PORT, HE_HTTPS_PORT.

import { createSystemClock, createSystemLog } from '@hosted-engine/platform';
import { messageOf } from '@hosted-engine/ports';
import { startEngine } from './engine.js';
import { dropRoot, loadConfig } from './main/first-boot.js';
import { vdsmConnections } from './main/vdsm-connection.js';
import { openEnginePki } from './pki/engine-pki.js';
import { dataLayout } from './seed/apply-seed.js';
import { ENGINE_VERSION } from './version.js';

const { env } = process;
const clock = createSystemClock();
const log = createSystemLog({
  journal: false,
  write: (line) => void process.stdout.write(line),
  wallMs: () => clock.wallMs(),
});

async function main(): Promise<void> {
  const layout = dataLayout(env['HE_DATA'] ?? '/data');
  const uid = env['HE_UID'] === undefined ? undefined : Number(env['HE_UID']);
  const owner = uid === undefined ? undefined : { uid, gid: uid };
  const config = await loadConfig({
    layout,
    seedFolder: env['HE_SEED'],
    networkUp: env['HE_NETWORK_UP'],
    owner,
    log,
  });
  await dropRoot(owner, layout);
  const nativeBinding = env['HE_DATABASE_BINDING'];
  const engine = await startEngine({
    config,
    version: ENGINE_VERSION,
    database: {
      file: layout.database,
      ...(nativeBinding === undefined ? {} : { nativeBinding }),
    },
    openPki: () => openEnginePki(layout.pki, config.fqdn, clock.wallMs()),
    connectWith: vdsmConnections,
    clock,
    log,
    httpHost: env['HE_HTTP_HOST'],
    httpPort: Number(env['HE_HTTP_PORT'] ?? 80),
    httpsPort: Number(env['HE_HTTPS_PORT'] ?? 443),
  });
  const stop = (signal: string): void => {
    log.info('stopping', { signal });
    void engine.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
}

main().catch((error: unknown) => {
  log.error('the engine ends', { problem: messageOf(error) });
  process.exit(1);
});
