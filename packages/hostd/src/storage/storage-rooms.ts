import type { DomainCatalogue } from './domain-catalogue.js';
import type { CreateDomainDeps } from './domain-create.js';
import type { ExternalLeases } from './external-leases.js';
import type { Images } from './images.js';
import type { HostPaths } from './layout.js';
import type { Monitors } from './monitors.js';
import type { Pool } from './pool.js';
import type { PoolMembers } from './pool-members.js';
import type { ServerConnections } from './server-connections.js';
import type { Tasks } from './tasks.js';
import type { Volumes } from './volumes.js';

/** The parts of the storage side, as the verbs see them. */
export interface StorageRooms {
  readonly catalogue: DomainCatalogue;
  readonly connections: ServerConnections;
  readonly monitors: Monitors;
  readonly pool: Pool;
  readonly members: PoolMembers;
  readonly tasks: Tasks;
  readonly volumes: Volumes;
  readonly images: Images;
  readonly externalLeases: ExternalLeases;
  readonly creation: CreateDomainDeps;
  readonly paths: HostPaths;
}
