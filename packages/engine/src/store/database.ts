// The engine's database: SQLite in WAL mode with full synchronisation, so that what was answered to
// a client has reached the disk. A handle that met a damaged or unreadable file is thrown away, and
// the next use opens anew: an error of the disk that passes needs no restart.

import Database from 'better-sqlite3';
import { MIGRATIONS } from './migrations.js';

export type Connection = Database.Database;

export interface EngineDatabase {
  /** Runs `work` on an open database. Rejects (throws) with what opening or `work` threw. */
  use<T>(work: (connection: Connection) => T): T;
  /** Whether a real query is answered now. */
  isUp(): boolean;
  close(): void;
}

export interface DatabaseOptions {
  /** A path, or `:memory:` for tests. */
  readonly file: string;
  /** better-sqlite3's native part, where it is not in node_modules. */
  readonly nativeBinding?: string;
}

/** Errors after which a handle is of no more use. */
const FATAL = /^SQLITE_(CORRUPT|NOTADB|IOERR|CANTOPEN|FULL|READONLY)/;

/** Opens on first use. */
export function createDatabase(options: DatabaseOptions): EngineDatabase {
  let connection: Connection | undefined;
  let healthQuery: Database.Statement | undefined;
  const close = (): void => {
    connection?.close();
    connection = undefined;
    healthQuery = undefined;
  };
  const use = <T>(work: (connection: Connection) => T): T => {
    try {
      connection ??= openDatabase(options);
      return work(connection);
    } catch (error) {
      if (error instanceof Database.SqliteError && FATAL.test(error.code)) close();
      throw error;
    }
  };
  return {
    use,
    close,
    isUp() {
      try {
        return use((open) => {
          // Parsed once: every host asks each second, and after a migration all of it is slow.
          healthQuery ??= open.prepare(HEALTH_QUERY).pluck();
          return typeof healthQuery.get() === 'number';
        });
      } catch {
        return false;
      }
    },
  };
}

/** Touches a table's pages, not only the parser. */
const HEALTH_QUERY = 'SELECT count(*) FROM hosts';

function openDatabase(options: DatabaseOptions): Connection {
  const connection = new Database(options.file, {
    ...(options.nativeBinding === undefined ? {} : { nativeBinding: options.nativeBinding }),
  });
  try {
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    connection.pragma('trusted_schema = OFF');
    migrate(connection);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Brings the schema up to date; one transaction per step, so a cut in between does no harm. */
function migrate(connection: Connection): void {
  const version = connection.pragma('user_version', { simple: true });
  if (typeof version !== 'number' || version > MIGRATIONS.length) {
    throw new Error(`the database is of a newer engine (schema ${String(version)})`);
  }
  MIGRATIONS.slice(version).forEach((script, index) => {
    connection.transaction(() => {
      connection.exec(script);
      connection.pragma(`user_version = ${version + index + 1}`);
    })();
  });
}
