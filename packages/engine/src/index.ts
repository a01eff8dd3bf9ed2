export { HEALTH_PATHS, HEALTH_TEXT } from './services/health.js';
export { ENGINE_VERSION } from './version.js';
