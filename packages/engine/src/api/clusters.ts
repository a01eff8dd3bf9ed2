// The one cluster that this engine has, so that the links of its hosts lead somewhere.

import { type Document, type Entity, group } from './entity.js';

export const DEFAULT_CLUSTER = {
  id: 'a5b1d0c2-7f0e-4f0b-9a52-6d0c2a8a8e01',
  name: 'Default',
} as const;

/** The cluster as clients read it. */
export function clusterEntity(base: string): Entity {
  return {
    kind: 'entity',
    id: DEFAULT_CLUSTER.id,
    href: `${base}/clusters/${DEFAULT_CLUSTER.id}`,
    members: {
      name: DEFAULT_CLUSTER.name,
      version: group({ major: 4, minor: 7 }),
    },
  };
}

/** Answer to `clusters` and `clusters/{id}`; undefined when there is no such cluster. */
export function clustersDocument(base: string, id: string | undefined): Document | undefined {
  const entity = clusterEntity(base);
  if (id === undefined) {
    return { kind: 'collection', name: 'clusters', item: 'cluster', entities: [entity] };
  }
  return id === DEFAULT_CLUSTER.id ? { kind: 'entity', name: 'cluster', entity } : undefined;
}
