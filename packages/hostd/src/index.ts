export * from './storage/create-storage.js';
export type * from './storage/types.js';
