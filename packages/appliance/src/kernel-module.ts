// Kernel modules as the image holds them.

const MAGIC = Buffer.from('~Module signature appended~\n');
/** struct module_signature: eight small fields and the signature's length, big endian. */
const TRAILER_SIZE = 12;

/**
 * The module without its appended signature. Checking one costs an emulated CPU a tenth of a
 * second, and proves nothing here: whoever can change a module of this image can change its kernel.
 */
export function withoutSignature(module: Uint8Array): Uint8Array {
  const bytes = Buffer.from(module.buffer, module.byteOffset, module.length);
  const trailerAt = bytes.length - MAGIC.length - TRAILER_SIZE;
  if (trailerAt < 0 || !bytes.subarray(bytes.length - MAGIC.length).equals(MAGIC)) return module;
  const signatureSize = bytes.readUInt32BE(trailerAt + 8);
  if (signatureSize > trailerAt) throw new RangeError('module signature is longer than the module');
  return bytes.subarray(0, trailerAt - signatureSize);
}
