export * from './certificate-authority.js';
export type { AlternativeNames, Validity } from './certificate-profile.js';
export * from './inspect.js';
export * from './pki-error.js';
export { createCsr } from './request.js';
