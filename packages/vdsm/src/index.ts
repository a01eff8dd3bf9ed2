export * from './client/vdsm-caller.js';
export * from './server/vdsm-server-api.js';
export * from './vdsm-error.js';
export * from './verbs/index.js';
