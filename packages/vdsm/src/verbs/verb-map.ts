import type { HostVerbs } from './host.js';
import type { StorageDomainVerbs, StoragePoolVerbs } from './storage.js';
import type { TaskVerbs } from './task.js';
import type { VmVerbs } from './vm.js';
import type { ImageVerbs, LeaseVerbs, VolumeVerbs } from './volume.js';

/** Every verb that client and server know, with its parameters and its result. */
export interface VerbMap
  extends HostVerbs,
    StoragePoolVerbs,
    StorageDomainVerbs,
    VolumeVerbs,
    ImageVerbs,
    LeaseVerbs,
    TaskVerbs,
    VmVerbs {}

export type VerbName = keyof VerbMap;
export type VerbParams<V extends VerbName> = VerbMap[V]['params'];
export type VerbResult<V extends VerbName> = VerbMap[V]['result'];

/** What a handler may know of the call besides its parameters. */
export interface CallContext {
  /** Aborts when the server closes. A vanished caller does not abort: VDSM runs its calls to the end. */
  readonly signal: AbortSignal;
  readonly peerAddress: string;
  /** The host's own address that the caller used. */
  readonly localAddress: string;
  /** `ovirtCorrelationId` of the request, for the log. */
  readonly correlationId: string | undefined;
}

/**
 * Implements one verb. Throws VdsmError for an error of the protocol; anything else thrown
 * reaches the caller as -32603. Required parameters are present; their types are not checked,
 * so a handler checks what it relies on.
 */
export type VerbHandler<V extends VerbName> = (
  params: VerbParams<V>,
  context: CallContext,
) => Promise<VerbResult<V>>;

export type VerbHandlers = { readonly [V in VerbName]: VerbHandler<V> };
