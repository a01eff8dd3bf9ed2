// The shared storage, and each host's way to it.

import { SLOT_SIZE } from '@hosted-engine/ports';
import type { SimProcess } from './process.js';
import type { VirtualClock } from './virtual-clock.js';

/** A delta lease on disk: who uses a host id. */
export interface DeltaRecord {
  readonly ownerName: string;
  readonly generation: number;
  /** The owner's clock at its last renewal; 0: released. */
  readonly timestamp: number;
  readonly ioTimeoutS: number;
}

export interface VolumeLease {
  readonly hostId: number;
  readonly generation: number;
}

export const VM_CONF =
  'vmId=11111111-2222-4333-8444-555555555555\nvmName=HostedEngine\nmemSize=4096\n';

/** Nobody writes into what is read. */
const NO_SLOT = new Uint8Array(SLOT_SIZE);

export class SharedStorage {
  readonly slots = new Map<number, Uint8Array>();
  /** By lockspace and host id. */
  readonly #delta = new Map<string, DeltaRecord>();
  /** The engine VM's; undefined is free. */
  lease: VolumeLease | undefined;
  /** The run that the lease was granted to last: another one may not take it up again (libvirt's state of a lease). */
  lastRun: object | undefined;
  /** The engine VM's disk has no room left. */
  isFull = false;
  vmConf = VM_CONF;

  delta(lockspace: string, hostId: number): DeltaRecord | undefined {
    return this.#delta.get(`${lockspace}/${hostId}`);
  }

  setDelta(lockspace: string, hostId: number, record: DeltaRecord): void {
    this.#delta.set(`${lockspace}/${hostId}`, record);
  }

  slot(id: number): Uint8Array {
    return this.slots.get(id) ?? NO_SLOT;
  }
}

export type PathMode = 'ok' | 'hang' | 'error' | 'read-only';

interface Operation {
  readonly kind: 'read' | 'write';
  readonly owner: { readonly isOff: boolean };
  /** Who is in the kernel for it. Of a killed one, what hangs is not sent again; what is on its way lands. */
  readonly process: SimProcess | undefined;
  readonly done: (fault: string | undefined) => void;
}

/** One host's way to the storage. What hangs goes on when it heals, as on a hard mount. */
export class StoragePath {
  readonly #clock: VirtualClock;
  #mode: PathMode = 'ok';
  #hanging: Operation[] = [];
  readonly #underWay = new Set<Operation>();
  latencyS = 0;
  /** When the mode changed last. */
  sinceS = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  get mode(): PathMode {
    return this.#mode;
  }

  set(mode: PathMode): void {
    if (mode === this.#mode) return;
    this.#mode = mode;
    this.sinceS = this.#clock.nowS;
    if (mode === 'hang') return;
    const hanging = this.#hanging.filter(({ process }) => process?.state !== 'dead');
    this.#hanging = [];
    for (const operation of hanging) this.#begin(operation, 0.01);
  }

  /** An operation of this process is on its way: it ends no sooner. */
  isBusyFor(process: SimProcess): boolean {
    return [...this.#underWay].some(
      (operation) => operation.process === process && !operation.owner.isOff,
    );
  }

  /** `done` gets the fault, or undefined when the operation takes effect: at that moment. */
  operate(
    kind: 'read' | 'write',
    owner: { readonly isOff: boolean },
    takesS: number,
    done: (fault: string | undefined) => void,
    process?: SimProcess,
  ): void {
    this.#begin({ kind, owner, process, done }, takesS + this.latencyS);
  }

  #begin(operation: Operation, takesS: number): void {
    this.#underWay.add(operation);
    this.#clock.after(takesS, () => this.#end(operation));
  }

  #end(operation: Operation): void {
    this.#underWay.delete(operation);
    if (operation.owner.isOff) return;
    switch (this.#mode) {
      case 'hang':
        if (operation.process?.state !== 'dead') this.#hanging.push(operation);
        return;
      case 'error':
        operation.done('Input/output error');
        return;
      case 'read-only':
        operation.done(operation.kind === 'write' ? 'Read-only file system' : undefined);
        return;
      case 'ok':
        operation.done(undefined);
    }
  }
}
