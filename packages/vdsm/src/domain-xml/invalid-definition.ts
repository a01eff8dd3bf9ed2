import { HeError } from '@hosted-engine/ports';

/** A VM definition that cannot become a domain. */
export function invalidDefinition(what: string, cause?: unknown): HeError {
  return new HeError('HE_CONFIG_INVALID', `VM definition: ${what}`, {
    remedy: 'Correct the definition (vm.conf, or the domain XML) and start the VM again.',
    cause,
  });
}
