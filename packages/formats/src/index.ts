export * from './xml-rpc.js';
