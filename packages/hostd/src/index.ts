export type * from './storage/types.js';
