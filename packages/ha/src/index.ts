export { createDaemon, type Daemon, type DaemonOptions } from './daemon.js';
export { createHostIdGuard } from './host-id-guard.js';
export type { LocalMaintenance, TurnSummary } from './loop.js';
