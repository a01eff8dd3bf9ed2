// The one cluster that this engine has, so that the links of its hosts lead somewhere.

import type { HttpReply, HttpRequest } from '../http/exchange.js';
import type { SettingStore } from '../store/setting-store.js';
import type { ApiContext } from './api-context.js';
import { type Entity, group } from './entity.js';
import { documentReply, Fault } from './reply.js';
import { groupMember, readEntity, textMember } from './request-body.js';
import { applySearch, parseSearch } from './search.js';

export const DEFAULT_CLUSTER = {
  id: 'a5b1d0c2-7f0e-4f0b-9a52-6d0c2a8a8e01',
  name: 'Default',
} as const;

const ARCHITECTURE = 'x86_64';
/** With what clients send along to say which one they mean. */
const CHANGEABLE = ['cpu', 'id', 'href'];
const CPU_TYPE = /^[A-Za-z0-9][A-Za-z0-9 ()._-]{0,99}$/;

/** GET clusters */
export function listClusters(
  request: HttpRequest,
  context: ApiContext,
  settings: SettingStore,
): HttpReply {
  const search = parseSearch(context.search, ['name', 'id']);
  const fieldOf = ({ id, name }: typeof DEFAULT_CLUSTER, field: string): string =>
    field === 'name' ? name : id;
  const found = applySearch(search, [DEFAULT_CLUSTER], fieldOf, context.isCaseSensitive);
  return documentReply(request, 200, {
    kind: 'collection',
    name: 'clusters',
    item: 'cluster',
    entities: found.map(() => clusterEntity(context.base, settings)),
  });
}

/** GET clusters/{id} */
export function getCluster(
  request: HttpRequest,
  context: ApiContext,
  settings: SettingStore,
  id: string,
): HttpReply {
  checkId(id);
  const entity = clusterEntity(context.base, settings);
  return documentReply(request, 200, { kind: 'entity', name: 'cluster', entity });
}

/** PUT clusters/{id}: of all that a cluster has, its CPU type can be changed. */
export async function updateCluster(
  request: HttpRequest,
  context: ApiContext,
  settings: SettingStore,
  id: string,
): Promise<HttpReply> {
  checkId(id);
  const body = await readEntity(request, 'cluster');
  const unknown = Object.keys(body).filter((member) => !CHANGEABLE.includes(member));
  if (unknown.length > 0) {
    throw new Fault(400, `[Cannot edit Cluster. It has no ${unknown.join(', ')} to be changed.]`);
  }
  const type = textMember(groupMember(body, 'cpu') ?? {}, 'type');
  if (type !== undefined) {
    if (!CPU_TYPE.test(type))
      throw new Fault(400, '[Cannot edit Cluster. The CPU type is no name.]');
    settings.set('cluster-cpu-type', type);
  }
  return getCluster(request, context, settings, id);
}

function checkId(id: string): void {
  if (id.toLowerCase() === DEFAULT_CLUSTER.id) return;
  throw new Fault(404, `[There is no cluster with id ${id}]`);
}

function clusterEntity(base: string, settings: SettingStore): Entity {
  return {
    kind: 'entity',
    id: DEFAULT_CLUSTER.id,
    href: `${base}/clusters/${DEFAULT_CLUSTER.id}`,
    members: {
      name: DEFAULT_CLUSTER.name,
      cpu: group({ architecture: ARCHITECTURE, type: settings.get('cluster-cpu-type') }),
      version: group({ major: 4, minor: 7 }),
    },
  };
}
