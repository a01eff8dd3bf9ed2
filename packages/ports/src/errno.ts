import { HeError, messageOf } from './he-error.js';

/** For what only root may open. */
export function notPermitted(cause: unknown): HeError {
  return new HeError('HE_NOT_PERMITTED', messageOf(cause), { remedy: 'run it as root', cause });
}

export function isErrno(thrown: unknown, ...codes: readonly string[]): boolean {
  return thrown instanceof Error && 'code' in thrown && codes.includes(String(thrown.code));
}
