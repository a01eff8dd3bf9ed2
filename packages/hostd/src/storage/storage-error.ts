import { HeError, isErrno, LeaseError, messageOf } from '@hosted-engine/ports';
import { VDSM_CODE, VdsmError } from '@hosted-engine/vdsm';

export function storageError(code: number, message: string, cause?: unknown): VdsmError {
  return new VdsmError(code, message, cause === undefined ? undefined : { cause });
}

/**
 * What a caller is told. A time-out becomes the general storage error, which says nothing of
 * whether the thing exists (I5).
 */
export function toVdsmError(error: unknown): VdsmError {
  if (error instanceof VdsmError) return error;
  const message = messageOf(error);
  if (error instanceof HeError && error.code === 'HE_NOT_PERMITTED') {
    return storageError(VDSM_CODE.pathPermission, message, error);
  }
  if (error instanceof LeaseError) return storageError(VDSM_CODE.cannotAcquireLock, message, error);
  if (isErrno(error, 'EACCES')) return storageError(VDSM_CODE.domainAccess, message, error);
  return storageError(VDSM_CODE.storageGeneral, message, error);
}

export function invalidParameter(name: string, value: unknown): VdsmError {
  return storageError(
    VDSM_CODE.storageInvalidParameter,
    `Invalid parameter: '${name}=${String(value)}'`,
  );
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A UUID from outside, which becomes part of paths: nothing else may pass. */
export function requireUuid(name: string, value: unknown): string {
  if (typeof value !== 'string' || !UUID.test(value)) throw invalidParameter(name, value);
  return value;
}

export function isUuid(value: string): boolean {
  return UUID.test(value);
}

/** An unsigned integer, as a number or as decimal text (VDSM takes both). */
export function requireCount(name: string, value: unknown): number {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) {
    throw invalidParameter(name, value);
  }
  return number;
}

export function requireText(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw invalidParameter(name, value);
  return value;
}

const HOST_ID_MAX = 2000;

export function requireHostId(name: string, value: unknown): number {
  const id = requireCount(name, value);
  if (id < 1 || id > HOST_ID_MAX) throw invalidParameter(name, value);
  return id;
}
