import { HeError, LeaseError, messageOf } from '@hosted-engine/ports';
import koffi from 'koffi';
import { HOST_SIZE } from './structs.js';

type Argument = number | bigint | string | Buffer;

/**
 * Calls a function of the library on a worker thread; resolves to its result. `behind` are buffers
 * that the arguments point at by address only.
 */
export type SanlockCall = (
  name: SanlockFunction,
  args: readonly Argument[],
  behind?: readonly Buffer[],
) => Promise<number>;

export interface SanlockLibrary {
  readonly call: SanlockCall;
  /** Copies `count` hosts from the array that the library allocated, and frees it. */
  takeHosts(pointer: Buffer, count: Buffer): Buffer;
  addressOf(bytes: Buffer): bigint;
}

const PROTOTYPES = {
  sanlock_version: 'int sanlock_version(uint32_t, void *, void *)',
  sanlock_write_lockspace: 'int sanlock_write_lockspace(void *, int, uint32_t, uint32_t)',
  sanlock_read_lockspace: 'int sanlock_read_lockspace(void *, uint32_t, void *)',
  sanlock_write_resource: 'int sanlock_write_resource(void *, int, int, uint32_t)',
  sanlock_read_resource_owners:
    'int sanlock_read_resource_owners(void *, uint32_t, void *, void *)',
  sanlock_add_lockspace_timeout: 'int sanlock_add_lockspace_timeout(void *, uint32_t, uint32_t)',
  sanlock_inq_lockspace: 'int sanlock_inq_lockspace(void *, uint32_t)',
  sanlock_rem_lockspace: 'int sanlock_rem_lockspace(void *, uint32_t)',
  sanlock_get_hosts: 'int sanlock_get_hosts(const char *, uint64_t, void *, void *, uint32_t)',
  sanlock_register: 'int sanlock_register(void)',
  sanlock_acquire: 'int sanlock_acquire(int, int, uint32_t, int, void *, void *)',
  sanlock_release: 'int sanlock_release(int, int, uint32_t, int, void *)',
} as const;

export type SanlockFunction = keyof typeof PROTOTYPES;

const LIBRARY = 'libsanlock_client.so.1';

/** Loads the client library. HE_HOST_UNSUITABLE when it is not installed. */
export function loadSanlockLibrary(): SanlockLibrary {
  const { library, libc } = load();
  const free = libc.func('void free(void *)');
  const functions = new Map<string, ReturnType<typeof library.func>>();
  for (const [name, prototype] of Object.entries(PROTOTYPES)) {
    functions.set(name, library.func(prototype));
  }
  // The library reads and writes these buffers from a worker thread until the call ends.
  const pinned = new Set<readonly unknown[]>();

  return {
    call: (name, args, behind = []) =>
      new Promise<number>((resolve, reject) => {
        const target = functions.get(name);
        if (target === undefined) throw new Error(`no prototype for ${name}`);
        const memory = [args, behind];
        pinned.add(memory);
        target.async(...args, (error: unknown, rv: number) => {
          pinned.delete(memory);
          if (error === null || error === undefined) resolve(rv);
          else reject(new LeaseError('SANLOCK_CALL', `${name}: ${messageOf(error)}`));
        });
      }),
    takeHosts: (pointer, count) => {
      const address = pointer.readBigUInt64LE(0);
      if (address === 0n) return Buffer.alloc(0);
      const size = count.readInt32LE(0) * HOST_SIZE;
      const copy = size > 0 ? koffi.decode(address, 'uint8_t', size) : [];
      free(address);
      return Buffer.from(copy);
    },
    addressOf: (bytes) => koffi.address(bytes),
  };
}

function load(): {
  library: ReturnType<typeof koffi.load>;
  libc: ReturnType<typeof koffi.load>;
} {
  try {
    return { library: koffi.load(LIBRARY), libc: koffi.load('libc.so.6') };
  } catch (error) {
    throw new HeError('HE_HOST_UNSUITABLE', `cannot load ${LIBRARY}: ${messageOf(error)}`, {
      remedy: 'install the sanlock client library (Debian: libsanlock-client1)',
      cause: error,
    });
  }
}
