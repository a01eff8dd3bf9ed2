export { ASSUMED_BOOT_S, type BootTime, bootTimeOf } from './boot.js';
export { eventsOf, type HistoryEvent } from './events.js';
export { type Explanation, explain, type HostExplanation } from './explain.js';
export { leaseFloorS, type Outlook, type Takeover } from './outlook.js';
export type { Deduction } from './penalties.js';
export { renderExplanation } from './render.js';
export type { ExplainInput, Presence } from './situation.js';
