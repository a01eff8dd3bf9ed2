export type { Violation } from './check/checkers.js';
export type { WorldEvent } from './world/event.js';
export {
  FAULT_KINDS,
  type Fault,
  type FaultKind,
  formatFault,
  parseFault,
  wordsOf,
} from './world/fault.js';
export { DEFAULT_PROFILE, deadS, failS, LAB_PROFILE, type Profile } from './world/profile.js';
export { Random } from './world/random.js';
export type { HostSnapshot, WorldSnapshot } from './world/snapshot.js';
export { formatLogLine, type LogLine, World, type WorldOptions } from './world/world.js';
