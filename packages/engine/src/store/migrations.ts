/** Schema steps in order; a released step is never edited. */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE hosts (
     id TEXT PRIMARY KEY,
     name TEXT NOT NULL UNIQUE,
     comment TEXT NOT NULL,
     address TEXT NOT NULL UNIQUE,
     port INTEGER NOT NULL,
     ssh_port INTEGER NOT NULL,
     created_ms INTEGER NOT NULL,
     installed INTEGER NOT NULL
   ) STRICT`,
  `CREATE TABLE events (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     time_ms INTEGER NOT NULL,
     severity TEXT NOT NULL,
     code INTEGER NOT NULL,
     description TEXT NOT NULL,
     host_id TEXT,
     host_name TEXT
   ) STRICT`,
  `CREATE TABLE settings (
     name TEXT PRIMARY KEY,
     value TEXT NOT NULL
   ) STRICT`,
];
