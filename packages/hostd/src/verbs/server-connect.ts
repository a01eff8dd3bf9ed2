import type { ConnectionStatus, StorageConnection, VerbHandlers } from '@hosted-engine/vdsm';
import { invalidParameter, requireCount } from '../storage/storage-error.js';
import type { StorageRooms } from '../storage/storage-rooms.js';

type ServerVerbs = 'StoragePool.connectStorageServer' | 'StoragePool.disconnectStorageServer';

/** Each connection has a status of its own; the call succeeds even when all of them failed. */
export function serverVerbs({ connections }: StorageRooms): Pick<VerbHandlers, ServerVerbs> {
  return {
    'StoragePool.connectStorageServer': ({ domainType, connectionParams }) =>
      each(connectionParams, (one) =>
        connections.connect(requireCount('domainType', domainType), one),
      ),
    'StoragePool.disconnectStorageServer': ({ domainType, connectionParams }) =>
      each(connectionParams, (one) =>
        connections.disconnect(requireCount('domainType', domainType), one),
      ),
  };
}

/** One after the other, since several may name the same mount. */
async function each(
  list: readonly StorageConnection[],
  work: (connection: StorageConnection) => Promise<number>,
): Promise<readonly ConnectionStatus[]> {
  if (!Array.isArray(list)) throw invalidParameter('connectionParams', list);
  const statuses: ConnectionStatus[] = [];
  for (const connection of list) {
    statuses.push({ id: String(connection.id ?? ''), status: await work(connection) });
  }
  return statuses;
}
