// What happened, for the administrator: kept until newer events push it out.

import type { EngineDatabase } from './database.js';

export const SEVERITIES = ['normal', 'warning', 'error', 'alert'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface NewEvent {
  /** Epoch milliseconds. */
  readonly timeMs: number;
  readonly severity: Severity;
  /** As oVirt numbers its events (AuditLogType). */
  readonly code: number;
  readonly description: string;
  /** The host that it is about; it may be gone by now. */
  readonly host: { readonly id: string; readonly name: string } | undefined;
}

export interface EventRecord extends NewEvent {
  /** Grows with each event, and is never used twice. */
  readonly id: number;
}

/** All methods throw what SQLite throws. */
export interface EventStore {
  add(event: NewEvent): void;
  /** The newest first; those behind `afterId` alone, if given. */
  list(afterId?: number): EventRecord[];
  get(id: number): EventRecord | undefined;
}

/** Some MB, and years of a quiet cluster. */
export const EVENTS_MAX = 10_000;

interface Row {
  readonly id: number;
  readonly time_ms: number;
  readonly severity: Severity;
  readonly code: number;
  readonly description: string;
  readonly host_id: string | null;
  readonly host_name: string | null;
}

/** The store on an engine database. */
export function createEventStore(database: EngineDatabase): EventStore {
  return {
    add: ({ timeMs, severity, code, description, host }) =>
      database.use((open) => {
        open.transaction(() => {
          const { lastInsertRowid } = open
            .prepare(
              `INSERT INTO events (time_ms, severity, code, description, host_id, host_name)
               VALUES (?, ?, ?, ?, ?, ?)`,
            )
            .run(timeMs, severity, code, description, host?.id ?? null, host?.name ?? null);
          const oldest = Number(lastInsertRowid) - EVENTS_MAX;
          open.prepare('DELETE FROM events WHERE id <= ?').run(oldest);
        })();
      }),
    list: (afterId = 0) =>
      database.use((open) =>
        open
          .prepare<[number], Row>('SELECT * FROM events WHERE id > ? ORDER BY id DESC')
          .all(afterId)
          .map(recordOf),
      ),
    get: (id) =>
      database.use((open) => {
        const row = open.prepare<[number], Row>('SELECT * FROM events WHERE id = ?').get(id);
        return row === undefined ? undefined : recordOf(row);
      }),
  };
}

function recordOf(row: Row): EventRecord {
  const { id, severity, code, description, host_id: hostId, host_name: name } = row;
  const host = hostId === null ? undefined : { id: hostId, name: name ?? '' };
  return { id, timeMs: row.time_ms, severity, code, description, host };
}
