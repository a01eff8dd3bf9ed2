// The part of libvirt's C interface that hostd uses, bound through koffi.
//
//   N1. Every call that may talk to libvirtd is asynchronous: it runs on a thread of libuv's pool
//       and never stops the main thread. Synchronous ones only read memory of this process.
//   N2. libvirt keeps "the last error" per thread, which an asynchronous caller cannot read. What
//       can be read from any thread is the copy that libvirt keeps per connection
//       (virConnCopyLastError). It is right as long as one connection serves one call at a time:
//       lanes.ts sees to that.
//   N3. A failed open has no connection; its error reaches the process-wide handler instead.
//       koffi relays callbacks from other threads to the main thread; the caller's thread waits.
//
// Types stay anonymous: named koffi types are global and could be defined only once per process.

import koffi, { type LibraryHandle } from 'koffi';
import { numberParams, PARAM_SIZE } from './typed-params.js';

/** koffi types its functions loosely; the wrappers below say what comes back. */
type NativeFunction = ReturnType<LibraryHandle['func']>;

/** A pointer into libvirt; only ever handed back to it. */
export type Handle = bigint;

export interface NativeError {
  readonly code: number;
  readonly message: string;
}

/** Values of virConnectDomainEventID. */
const EVENT_ID = { lifecycle: 0, reboot: 1, ioErrorReason: 6, agentLifecycle: 18 } as const;

export interface NativeEventHandlers {
  lifecycle(vmId: string, event: number, detail: number): void;
  reboot(vmId: string): void;
  ioError(vmId: string, device: string, reason: string): void;
  agent(vmId: string, state: number): void;
}

export type LibvirtNative = ReturnType<typeof loadLibvirt>;

/** Loads the libraries; throws where they are not installed. Call it once per process. */
export function loadLibvirt() {
  const lib = koffi.load('libvirt.so.0');
  const qemuLib = koffi.load('libvirt-qemu.so.0');
  const p = 'void *';
  const heapText = koffi.disposable('str');
  const c = {
    initialize: lib.func('int virInitialize()'),
    registerDefaultLoop: lib.func('int virEventRegisterDefaultImpl()'),
    runLoop: lib.func('int virEventRunDefaultImpl()'),
    addTimeout: lib.func('virEventAddTimeout', 'int', ['int', p, p, p]),
    setErrorHandler: lib.func('virSetErrorFunc', 'void', [p, p]),
    setConnectionErrorHandler: lib.func('virConnSetErrorFunc', 'void', [p, p, p]),
    copyError: lib.func('virConnCopyLastError', 'int', [p, p]),
    forgetError: lib.func('virConnResetLastError', 'void', [p]),
    freeError: lib.func('virResetError', 'void', [p]),
    open: lib.func('virConnectOpen', p, ['str']),
    close: lib.func('virConnectClose', 'int', [p]),
    isAlive: lib.func('virConnectIsAlive', 'int', [p]),
    setKeepAlive: lib.func('virConnectSetKeepAlive', 'int', [p, 'int', 'uint']),
    registerEvent: lib.func('virConnectDomainEventRegisterAny', 'int', [p, p, 'int', p, p, p]),
    listDomains: lib.func('virConnectListAllDomains', 'int', [p, p, 'uint']),
    hypervisorVersion: lib.func('virConnectGetVersion', 'int', [p, p]),
    libraryVersion: lib.func('virConnectGetLibVersion', 'int', [p, p]),
    capabilities: lib.func('virConnectGetDomainCapabilities', heapText, [
      p,
      'str',
      'str',
      'str',
      'str',
      'uint',
    ]),
    lookup: lib.func('virDomainLookupByUUIDString', p, [p, 'str']),
    create: lib.func('virDomainCreateXML', p, [p, 'str', 'uint']),
    name: lib.func('virDomainGetName', 'str', [p]),
    uuid: lib.func('virDomainGetUUIDString', 'int', [p, p]),
    freeDomain: lib.func('virDomainFree', 'int', [p]),
    state: lib.func('virDomainGetState', 'int', [p, p, p, 'uint']),
    xml: lib.func('virDomainGetXMLDesc', heapText, [p, 'uint']),
    memoryStats: lib.func('virDomainMemoryStats', 'int', [p, p, 'uint', 'uint']),
    shutdown: lib.func('virDomainShutdownFlags', 'int', [p, 'uint']),
    reboot: lib.func('virDomainReboot', 'int', [p, 'uint']),
    destroy: lib.func('virDomainDestroyFlags', 'int', [p, 'uint']),
    suspend: lib.func('virDomainSuspend', 'int', [p]),
    resume: lib.func('virDomainResume', 'int', [p]),
    reset: lib.func('virDomainReset', 'int', [p, 'uint']),
    updateDevice: lib.func('virDomainUpdateDeviceFlags', 'int', [p, 'str', 'uint']),
    migrate: lib.func('virDomainMigrateToURI3', 'int', [p, 'str', p, 'uint', 'uint']),
    setMaxDowntime: lib.func('virDomainMigrateSetMaxDowntime', 'int', [p, 'uint64', 'uint']),
    jobStats: lib.func('virDomainGetJobStats', 'int', [p, p, p, p, 'uint']),
    abortJob: lib.func('virDomainAbortJob', 'int', [p]),
    addTextParam: lib.func('virTypedParamsAddString', 'int', [p, p, p, 'str', 'str']),
    addNumberParam: lib.func('virTypedParamsAddULLong', 'int', [p, p, p, 'str', 'uint64']),
    freeParams: lib.func('virTypedParamsFree', 'void', [p, 'int']),
    agentCommand: qemuLib.func('virDomainQemuAgentCommand', heapText, [p, 'str', 'int', 'uint']),
  };
  // A function that ignores its arguments: without an error handler libvirt prints to stderr.
  const ignore = koffi.load('libc.so.6').symbol('getpid') as Handle;
  const errorType = koffi.struct({
    code: 'int',
    domain: 'int',
    message: 'str',
    level: 'int',
    pointers: koffi.array(p, 5),
    numbers: koffi.array('int', 2),
    net: p,
  });
  let openError: NativeError | undefined;

  const errorHandler = koffi.register(
    (_data: unknown, error: Handle) => {
      const { code, message } = koffi.decode(error, errorType) as NativeError;
      openError = { code, message };
    },
    koffi.pointer(koffi.proto('void', [p, p])),
  );

  function uuidOf(domain: Handle): string {
    const text = Buffer.alloc(37);
    c.uuid(domain, text);
    return text.toString('latin1', 0, 36);
  }

  return {
    c,
    uuidOf,

    /** Registers libvirt's own event loop; `runLoopOnce` has to be called for ever after. */
    start(): void {
      c.setErrorHandler(null, errorHandler);
      if (c.initialize() !== 0 || c.registerDefaultLoop() !== 0) {
        throw new Error(`libvirt cannot be used: ${openError?.message ?? 'no reason given'}`);
      }
    },

    runLoopOnce: (): Promise<number> => invoke<number>(c.runLoop),

    /** Makes a loop run that waits for events return. */
    wakeLoop(): void {
      c.addTimeout(0, ignore, null, null);
    },

    /** Undefined with the error when it failed. One open at a time, or errors get mixed up (N3). */
    async open(uri: string): Promise<Handle | NativeError> {
      openError = undefined;
      const connection = await invoke<Handle | null>(c.open, uri);
      if (connection === null) return openError ?? { code: 1, message: 'no reason given' };
      c.setConnectionErrorHandler(connection, null, ignore);
      return connection;
    },

    /** The error of the call that just failed on this connection (N2). */
    lastError(connection: Handle): NativeError {
      const buffer = koffi.alloc(errorType, 1) as Handle;
      try {
        if (c.copyError(connection, buffer) < 0) return { code: 0, message: 'no reason given' };
        const { code, message } = koffi.decode(buffer, errorType) as NativeError;
        c.freeError(buffer);
        return { code, message: message ?? 'no reason given' };
      } finally {
        koffi.free(buffer);
      }
    },

    /** References to all active domains, to be freed by the caller; undefined when it failed. */
    async listActive(connection: Handle): Promise<readonly Handle[] | undefined> {
      const result = Buffer.alloc(8);
      const count = await invoke<number>(c.listDomains, connection, result, 1);
      if (count < 0) return undefined;
      const array = result.readBigUInt64LE();
      // An array of no elements is no type to koffi.
      const handles = count === 0 ? [] : (koffi.decode(array, koffi.array(p, count)) as Handle[]);
      koffi.free(array);
      return handles;
    },

    /** Tag (virDomainMemoryStatTags) to value; undefined when it failed. */
    async memoryStats(domain: Handle): Promise<ReadonlyMap<number, number> | undefined> {
      const entrySize = 16;
      const entriesMax = 16;
      const buffer = Buffer.alloc(entrySize * entriesMax);
      const count = await invoke<number>(c.memoryStats, domain, buffer, entriesMax, 0);
      if (count < 0) return undefined;
      const stats = new Map<number, number>();
      for (let i = 0; i < count; i++) {
        const value = buffer.readBigUInt64LE(i * entrySize + 8);
        stats.set(buffer.readInt32LE(i * entrySize), Number(value));
      }
      return stats;
    },

    /** The job that the domain is in: its type (virDomainJobType) and its numbers; undefined when it failed. */
    async jobStats(domain: Handle): Promise<JobStats | undefined> {
      const numbers = Buffer.alloc(8);
      const result = Buffer.alloc(8);
      const count = numbers.subarray(4);
      if ((await invoke<number>(c.jobStats, domain, numbers, result, count, 0)) < 0) {
        return undefined;
      }
      const size = count.readInt32LE();
      const params = result.readBigUInt64LE();
      const bytes =
        size === 0
          ? []
          : (koffi.decode(params, koffi.array('uint8', size * PARAM_SIZE)) as number[]);
      c.freeParams(params, size);
      return { type: numbers.readInt32LE(), numbers: numberParams(Buffer.from(bytes)) };
    },

    /** Subscribes this connection to the events of all domains. False when libvirtd refused. */
    async subscribe(connection: Handle, handlers: RegisteredHandlers): Promise<boolean> {
      for (const [id, callback] of handlers) {
        const result = await invoke<number>(
          c.registerEvent,
          connection,
          null,
          id,
          callback,
          null,
          null,
        );
        if (result < 0) return false;
      }
      return true;
    },

    /** C callbacks for `subscribe`: made once, good for any number of connections. */
    registerHandlers(handlers: NativeEventHandlers): RegisteredHandlers {
      const make = (
        id: number,
        result: string,
        args: string[],
        callback: (...args: never[]) => number | undefined,
      ): readonly [number, bigint] => [
        id,
        koffi.register(callback, koffi.pointer(koffi.proto(result, [p, p, ...args, p]))),
      ];
      return [
        make(
          EVENT_ID.lifecycle,
          'int',
          ['int', 'int'],
          (_connection: Handle, domain: Handle, event: number, detail: number) => {
            handlers.lifecycle(uuidOf(domain), event, detail);
            return 0;
          },
        ),
        make(EVENT_ID.reboot, 'void', [], (_connection: Handle, domain: Handle) => {
          handlers.reboot(uuidOf(domain));
          return undefined;
        }),
        make(
          EVENT_ID.ioErrorReason,
          'void',
          ['str', 'str', 'int', 'str'],
          (
            _connection: Handle,
            domain: Handle,
            _path: string,
            device: string,
            _action: number,
            reason: string | null,
          ) => {
            handlers.ioError(uuidOf(domain), device, reason ?? '');
            return undefined;
          },
        ),
        make(
          EVENT_ID.agentLifecycle,
          'void',
          ['int', 'int'],
          (_connection: Handle, domain: Handle, state: number) => {
            handlers.agent(uuidOf(domain), state);
            return undefined;
          },
        ),
      ];
    },
  };
}

export interface JobStats {
  readonly type: number;
  readonly numbers: ReadonlyMap<string, number>;
}

export type RegisteredHandlers = readonly (readonly [number, bigint])[];

/** Calls a C function on a thread of the pool. */
export function invoke<R>(fn: NativeFunction, ...args: unknown[]): Promise<R> {
  return new Promise((resolve, reject) => {
    fn.async(...args, (error: unknown, result: unknown) => {
      if (error === null || error === undefined) resolve(result as R);
      else reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
}
