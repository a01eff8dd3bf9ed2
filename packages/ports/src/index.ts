export * from './clock.js';
export * from './he-error.js';
export * from './lease-view.js';
export * from './log.js';
export * from './process-runner.js';
export * from './whiteboard.js';
