// The entry point of the API: what there is, and how much of it.

import type { ManagedHost } from '../hosts/host-service.js';
import type { HttpReply, HttpRequest } from '../http/exchange.js';
import type { ApiContext } from './api-context.js';
import { group } from './entity.js';
import { documentReply } from './reply.js';

const BLANK_ID = '00000000-0000-0000-0000-000000000000';

export interface EngineFacts {
  readonly instanceId: string;
  /** Of this program. */
  readonly version: string;
}

/** GET on the API itself. */
export function entryPoint(
  request: HttpRequest,
  context: ApiContext,
  facts: EngineFacts,
  hosts: readonly ManagedHost[],
  nowMs: number,
): HttpReply {
  const { base } = context;
  const active = hosts.filter((host) => host.state.status === 'up').length;
  const special = (name: string) =>
    ({ kind: 'entity', id: BLANK_ID, href: `${base}/${name}/${BLANK_ID}`, members: {} }) as const;
  return documentReply(request, 200, {
    kind: 'entity',
    name: 'api',
    entity: {
      kind: 'entity',
      links: [
        { href: `${base}/clusters`, rel: 'clusters' },
        { href: `${base}/events`, rel: 'events' },
        { href: `${base}/events;from={event_id}?search={query}`, rel: 'events/search' },
        { href: `${base}/hosts`, rel: 'hosts' },
        { href: `${base}/hosts?search={query}`, rel: 'hosts/search' },
      ],
      members: {
        product_info: group({
          instance_id: facts.instanceId,
          name: 'hosted-engine',
          vendor: 'hosted-engine',
          // Clients look at the API's version here, so it comes first; ours is in full_version.
          version: group({
            build: 0,
            full_version: `4.5.0-hosted-engine-${facts.version}`,
            major: 4,
            minor: 5,
            revision: 0,
          }),
        }),
        special_objects: group({
          blank_template: special('templates'),
          root_tag: special('tags'),
        }),
        summary: group({ hosts: group({ active, total: hosts.length }) }),
        time: { kind: 'date', epochMs: nowMs },
      },
    },
  });
}
