// The hosts that the engine was told to manage.

import { SqliteError } from 'better-sqlite3';
import type { EngineDatabase } from './database.js';

export interface HostRecord {
  /** Lower-case UUID. */
  readonly id: string;
  readonly name: string;
  readonly comment: string;
  /** Host name or IP address. */
  readonly address: string;
  /** Of the host daemon. */
  readonly port: number;
  readonly sshPort: number;
  /** Epoch milliseconds. */
  readonly createdMs: number;
  /** Its capabilities have been seen at least once. */
  readonly isInstalled: boolean;
}

export type AddOutcome =
  | { readonly kind: 'added' }
  | { readonly kind: 'name-in-use' }
  | { readonly kind: 'address-in-use' };

/** All methods throw what SQLite throws. Writes are on the disk when they return. */
export interface HostStore {
  list(): HostRecord[];
  get(id: string): HostRecord | undefined;
  add(host: HostRecord): AddOutcome;
  markInstalled(id: string): void;
  /** False when there was no such host. */
  remove(id: string): boolean;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly comment: string;
  readonly address: string;
  readonly port: number;
  readonly ssh_port: number;
  readonly created_ms: number;
  readonly installed: number;
}

/** The store on an engine database. */
export function createHostStore(database: EngineDatabase): HostStore {
  return {
    list: () =>
      database.use((open) =>
        open.prepare<[], Row>('SELECT * FROM hosts ORDER BY name').all().map(recordOf),
      ),
    get: (id) =>
      database.use((open) => {
        const row = open.prepare<[string], Row>('SELECT * FROM hosts WHERE id = ?').get(id);
        return row === undefined ? undefined : recordOf(row);
      }),
    add: (host) => database.use((open) => insert(open, host)),
    markInstalled: (id) =>
      database.use((open) => {
        open.prepare('UPDATE hosts SET installed = 1 WHERE id = ?').run(id);
      }),
    remove: (id) =>
      database.use((open) => open.prepare('DELETE FROM hosts WHERE id = ?').run(id).changes > 0),
  };
}

function insert(open: Parameters<Parameters<EngineDatabase['use']>[0]>[0], host: HostRecord) {
  try {
    open
      .prepare(
        `INSERT INTO hosts (id, name, comment, address, port, ssh_port, created_ms, installed)
         VALUES (@id, @name, @comment, @address, @port, @sshPort, @createdMs, @installed)`,
      )
      .run({ ...host, isInstalled: undefined, installed: host.isInstalled ? 1 : 0 });
    return { kind: 'added' } as const;
  } catch (error) {
    if (error instanceof SqliteError && error.code === 'SQLITE_CONSTRAINT_UNIQUE') {
      const isName = error.message.endsWith('hosts.name');
      return { kind: isName ? 'name-in-use' : 'address-in-use' } as const;
    }
    throw error;
  }
}

function recordOf(row: Row): HostRecord {
  return {
    id: row.id,
    name: row.name,
    comment: row.comment,
    address: row.address,
    port: row.port,
    sshPort: row.ssh_port,
    createdMs: row.created_ms,
    isInstalled: row.installed === 1,
  };
}
