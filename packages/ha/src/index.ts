export { BROKER_KEYS } from './config/broker-keys.js';
export { SCORE_KEYS } from './config/score-keys.js';
export { TIMING_KEYS } from './config/timing-keys.js';
export { createDaemon, type Daemon, type DaemonOptions } from './daemon.js';
export { createHostIdGuard } from './host-id-guard.js';
export type { LocalMaintenance, TurnSummary } from './loop.js';
