export * from './client/reconnecting-vdsm-client.js';
export * from './client/vdsm-caller.js';
export * from './client/vdsm-client.js';
export { createVdsmServer, EVENT_QUEUE, VDSM_PORT, vdsmTime } from './server/vdsm-server.js';
export * from './server/vdsm-server-api.js';
export * from './vdsm-error.js';
export * from './verbs/index.js';
