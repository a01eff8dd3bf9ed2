export * from './cluster/peers.js';
export * from './engine-status.js';
export * from './fact.js';
export * from './fsm/machine.js';
export * from './fsm/observation.js';
export { type CoreConfig, type Step, step } from './fsm/step.js';
export type { Decision } from './fsm/transition.js';
export * from './score/score.js';
export * from './whiteboard/index.js';
