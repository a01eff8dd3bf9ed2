import { VDSM_CODE, VdsmError } from '../vdsm-error.js';

/**
 * Names positional parameters by the schema's order (`?` marks an optional one), drops null where
 * a parameter is optional, and checks that every required one is there. Unknown names are ignored,
 * as VDSM does.
 *
 * @throws VdsmError -32602 naming the first missing parameter
 */
export function bindParameters(
  order: readonly string[],
  given: Readonly<Record<string, unknown>> | readonly unknown[],
): Record<string, unknown> {
  const bound: Record<string, unknown> = {};
  for (const [index, spelled] of order.entries()) {
    const isOptional = spelled.endsWith('?');
    const name = isOptional ? spelled.slice(0, -1) : spelled;
    const value = isList(given)
      ? given[index]
      : Object.hasOwn(given, name)
        ? given[name]
        : undefined;
    if (value !== undefined && value !== null) bound[name] = value;
    else if (!isOptional) {
      throw new VdsmError(VDSM_CODE.invalidParams, `Invalid method parameter(s): no ${name}`);
    }
  }
  return bound;
}

function isList(given: object): given is readonly unknown[] {
  return Array.isArray(given);
}
