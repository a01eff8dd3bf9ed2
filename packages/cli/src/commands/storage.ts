import type { HostedEngineConf } from '@hosted-engine/formats';
import { HeError } from '@hosted-engine/ports';
import { storageConnection, storageTypeOf } from '@hosted-engine/setup';
import { BLANK_UUID } from '@hosted-engine/vdsm';
import type { Command } from '../command.js';
import type { CliContext } from '../context.js';
import { requireDeployed } from '../deployed.js';
import { withHostd } from '../with-hostd.js';

export const CONNECT_STORAGE: Command = {
  name: 'connect-storage',
  summary: "connect the storage domain of the engine's VM",
  options: [],
  run: (context) => serve(context, 'StoragePool.connectStorageServer', 'connected'),
};

export const DISCONNECT_STORAGE: Command = {
  name: 'disconnect-storage',
  summary: "disconnect the storage domain of the engine's VM",
  options: [],
  run: (context) => serve(context, 'StoragePool.disconnectStorageServer', 'disconnected'),
};

async function serve(
  context: CliContext,
  verb: 'StoragePool.connectStorageServer' | 'StoragePool.disconnectStorageServer',
  done: string,
): Promise<number> {
  const conf = await requireDeployed(context);
  const results = await withHostd(context, (hostd) => hostd.call(verb, params(conf)));
  const failed = results.find((result) => result.status !== 0);
  if (failed !== undefined) {
    throw new HeError(
      'HE_STORAGE_UNREACHABLE',
      `the storage ${conf.storage} cannot be ${done}: status ${failed.status}`,
      { remedy: 'look at the log of vdsmd', details: { status: failed.status } },
    );
  }
  context.write(`Storage ${conf.storage} ${done}\n`);
  return 0;
}

function params(conf: HostedEngineConf) {
  const domainType =
    conf.domainType === 'nfs' ? (NFS_TYPES[conf.nfsVersion ?? 'auto'] ?? 'nfs') : conf.domainType;
  const target = {
    domainType,
    connection: conf.storage,
    vfsType: conf.vfsType,
    mountOptions: conf.mntOptions,
  };
  return {
    storagepoolID: BLANK_UUID,
    domainType: storageTypeOf(domainType),
    connectionParams: [storageConnection(conf.connectionUuid, target)],
  };
}

/** How hosted-engine.conf spells the protocol versions that matter here. */
const NFS_TYPES: Readonly<Record<string, string>> = {
  v3: 'nfs3',
  v4: 'nfs4',
  v4_0: 'nfs4',
  v4_1: 'nfs4',
  v4_2: 'nfs4',
};
