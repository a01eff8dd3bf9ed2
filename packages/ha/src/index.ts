export { createDaemon, type Daemon, type DaemonOptions } from './daemon.js';
export { createHostIdGuard } from './host-id-guard.js';
export { formatEntry, type JournalEntry } from './journal.js';
export type { LocalMaintenance, TurnSummary } from './loop.js';
