// What is set of the engine itself: one text for each name.

import type { EngineDatabase } from './database.js';

export type SettingName = 'cluster-cpu-type';

/** All methods throw what SQLite throws. Writes are on the disk when they return. */
export interface SettingStore {
  get(name: SettingName): string | undefined;
  set(name: SettingName, value: string): void;
}

/** The store on an engine database. */
export function createSettingStore(database: EngineDatabase): SettingStore {
  return {
    get: (name) =>
      database.use((open) => {
        const query = open.prepare<[string], string>('SELECT value FROM settings WHERE name = ?');
        return query.pluck().get(name) as string | undefined;
      }),
    set: (name, value) =>
      database.use((open) => {
        open
          .prepare('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)')
          .run(name, value);
      }),
  };
}
