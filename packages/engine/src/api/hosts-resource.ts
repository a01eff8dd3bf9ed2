// The collection `hosts` and its members.

import type { HostService, ManagedHost, NewHost } from '../hosts/host-service.js';
import type { HttpReply, HttpRequest } from '../http/exchange.js';
import { type ApiContext, flag } from './api-context.js';
import { DEFAULT_CLUSTER } from './clusters.js';
import { hostEntity } from './host-entity.js';
import { documentReply, Fault } from './reply.js';
import {
  type BodyNode,
  groupMember,
  integerMember,
  readEntity,
  textMember,
} from './request-body.js';
import { applySearch, parseSearch } from './search.js';

const FIELDS = ['name', 'address', 'status', 'id', 'cluster', 'comment'];
const HOSTD_PORT = 54321;
const SSH_PORT = 22;

/** GET hosts */
export function listHosts(
  request: HttpRequest,
  context: ApiContext,
  hosts: HostService,
): HttpReply {
  const search = parseSearch(context.search, FIELDS);
  const found = applySearch(search, hosts.list(), fieldOf, context.isCaseSensitive);
  const shown = context.max === undefined ? found : found.slice(0, context.max);
  return documentReply(request, 200, {
    kind: 'collection',
    name: 'hosts',
    item: 'host',
    entities: shown.map((host) => hostEntity(host, context.base, context.isAllContent)),
  });
}

/** GET hosts/{id} */
export function getHost(
  request: HttpRequest,
  context: ApiContext,
  hosts: HostService,
  id: string,
): HttpReply {
  return hostReply(request, 200, context, existing(hosts, id));
}

/** POST hosts */
export async function addHost(
  request: HttpRequest,
  context: ApiContext,
  hosts: HostService,
): Promise<HttpReply> {
  const outcome = hosts.add(newHost(await readEntity(request, 'host')));
  switch (outcome.kind) {
    case 'invalid':
      throw new Fault(400, `[${outcome.why}.]`);
    case 'conflict':
      throw new Fault(409, `[${outcome.why}.]`);
    case 'added':
      return hostReply(request, 201, context, outcome.host, {
        location: `${context.base}/hosts/${outcome.host.record.id}`,
      });
  }
}

/** DELETE hosts/{id}; a host that answers is removed by `force` only. */
export async function removeHost(
  request: HttpRequest,
  hosts: HostService,
  id: string,
): Promise<HttpReply> {
  const host = existing(hosts, id);
  const isGone = host.state.status === 'non_responsive' || host.state.status === 'install_failed';
  if (!isGone && !flag(request, 'force', 'force', false)) {
    throw new Fault(409, '[Cannot remove Host. Host is operational; use force to remove it.]');
  }
  await hosts.remove(id);
  return documentReply(request, 200, {
    kind: 'entity',
    name: 'action',
    entity: { kind: 'entity', members: { status: 'complete' } },
  });
}

function hostReply(
  request: HttpRequest,
  status: number,
  context: ApiContext,
  host: ManagedHost,
  headers: Readonly<Record<string, string>> = {},
): HttpReply {
  const entity = hostEntity(host, context.base, context.isAllContent);
  return documentReply(request, status, { kind: 'entity', name: 'host', entity }, headers);
}

function existing(hosts: HostService, id: string): ManagedHost {
  const host = hosts.get(id.toLowerCase());
  if (host === undefined) throw new Fault(404, `[There is no host with id ${id}]`);
  return host;
}

/** Passwords in the body are neither kept nor used: the host's daemon trusts this engine's CA. */
function newHost(body: BodyNode): NewHost {
  const name = textMember(body, 'name');
  const address = textMember(body, 'address');
  const missing = [name === undefined && 'name', address === undefined && 'address'].filter(
    Boolean,
  );
  if (name === undefined || address === undefined) {
    throw new Fault(400, `Host [${missing.join(', ')}] required for add`, {
      reason: 'Incomplete parameters',
    });
  }
  checkCluster(groupMember(body, 'cluster'));
  return {
    name,
    address,
    comment: textMember(body, 'comment') ?? '',
    port: integerMember(body, 'port') ?? HOSTD_PORT,
    sshPort: integerMember(groupMember(body, 'ssh') ?? {}, 'port') ?? SSH_PORT,
  };
}

function checkCluster(cluster: BodyNode | undefined): void {
  if (cluster === undefined) return;
  const id = textMember(cluster, 'id');
  const name = textMember(cluster, 'name');
  if (id !== undefined && id.toLowerCase() !== DEFAULT_CLUSTER.id) {
    throw new Fault(404, `[Entity not found: Cluster: id=${id}]`);
  }
  if (name !== undefined && name !== DEFAULT_CLUSTER.name) {
    throw new Fault(404, `[Entity not found: Cluster: name=${name}]`);
  }
}

function fieldOf(host: ManagedHost, field: string): string {
  switch (field) {
    case 'name':
      return host.record.name;
    case 'address':
      return host.record.address;
    case 'status':
      return host.state.status;
    case 'id':
      return host.record.id;
    case 'cluster':
      return DEFAULT_CLUSTER.name;
    default:
      return host.record.comment;
  }
}
