// The health page: what the HA daemons decide by. Its text is part of the interface, to the letter.

import { type HttpReply, textReply } from '../http/exchange.js';
import type { EngineDatabase } from '../store/database.js';

export const HEALTH_PATHS: readonly string[] = [
  '/ovirt-engine/services/health',
  '/OvirtEngineWeb/HealthStatus',
];
export const HEALTH_TEXT = 'DB Up!Welcome to Health Status!';

/** Whether this is a path of the health page. */
export function isHealthPath(path: string): boolean {
  return HEALTH_PATHS.includes(path);
}

/** Asks the database, each time. */
export function health(database: EngineDatabase): HttpReply {
  return database.isUp()
    ? textReply(200, 'text/html;charset=UTF-8', HEALTH_TEXT)
    : textReply(500, 'text/html;charset=UTF-8', 'DB Down!');
}
