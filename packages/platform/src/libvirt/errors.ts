import type { VirtFailure } from '@hosted-engine/ports';
import type { NativeError } from './native.js';

/** Values of virErrorNumber. */
const CODE = {
  domainExists: 9,
  noDomain: 42,
  rpc: 39,
  operationInvalid: 55,
  operationTimeout: 68,
  agentUnresponsive: 86,
} as const;

/**
 * What a failed call means to a caller. The texts are libvirt's and its sanlock plugin's, which
 * has no error number of its own: "Failed to acquire lock: Lease is held by another host" while the
 * owner looks alive, "Failed to acquire lock: error -243" and its kin otherwise (lab-facts).
 */
export function failureOf(error: NativeError): VirtFailure {
  if (isLeaseHeld(error.message)) return 'lease-held';
  switch (error.code) {
    case CODE.noDomain:
      return 'no-domain';
    case CODE.domainExists:
      return 'exists';
    case CODE.operationInvalid:
      if (/already active|is already being/.test(error.message)) return 'exists';
      return /is not running|not active/.test(error.message) ? 'no-domain' : 'refused';
    case CODE.operationTimeout:
    case CODE.agentUnresponsive:
      return 'timeout';
    case CODE.rpc:
      return 'unreachable';
    default:
      return /client socket is closed|connection closed/.test(error.message)
        ? 'unreachable'
        : 'refused';
  }
}

function isLeaseHeld(message: string): boolean {
  return (
    message.includes('Failed to acquire lock') &&
    /held by another host|error -(243|244|245)/.test(message)
  );
}
