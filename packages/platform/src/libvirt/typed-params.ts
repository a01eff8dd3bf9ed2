// virTypedParameter: a name of 80 bytes, a type, and a value of 8 bytes.

export const PARAM_SIZE = 96;
const NAME_SIZE = 80;
const VALUE_OFFSET = 88;
/** Values of virTypedParameterType. */
const TYPE = { int: 1, unsignedInt: 2, longLong: 3, unsignedLongLong: 4 } as const;

/** The whole numbers among an array of them, by name. */
export function numberParams(bytes: Buffer): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (let at = 0; at + PARAM_SIZE <= bytes.length; at += PARAM_SIZE) {
    const field = bytes.subarray(at, at + NAME_SIZE);
    const end = field.indexOf(0);
    const value = numberAt(bytes.subarray(at + VALUE_OFFSET), bytes.readInt32LE(at + NAME_SIZE));
    if (value !== undefined) {
      found.set(field.toString('latin1', 0, end < 0 ? NAME_SIZE : end), value);
    }
  }
  return found;
}

function numberAt(value: Buffer, type: number): number | undefined {
  switch (type) {
    case TYPE.int:
      return value.readInt32LE();
    case TYPE.unsignedInt:
      return value.readUInt32LE();
    case TYPE.longLong:
      return Number(value.readBigInt64LE());
    case TYPE.unsignedLongLong:
      return Number(value.readBigUInt64LE());
    default:
      return undefined;
  }
}
