export * from './build-appliance.js';
