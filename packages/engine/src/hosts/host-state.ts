// What the engine knows of a host by talking to its daemon. Pure: time comes in as monotonic seconds.

import type { HostCapabilities, HostStats } from '@hosted-engine/vdsm';

/** Values of the REST API's host status that this engine uses. */
export type HostStatus = 'installing' | 'install_failed' | 'connecting' | 'up' | 'non_responsive';

export interface HostState {
  readonly status: HostStatus;
  readonly capabilities?: HostCapabilities;
  /** Of the last answer; older than a few seconds unless the status is up. */
  readonly stats?: HostStats;
  /** Why the last attempt failed. */
  readonly problem?: string;
  /** When the first of the present row of failures was seen; monotonic seconds. */
  readonly failingSinceS?: number;
}

/** Silence for this long is `connecting` first: unknown is not down. */
export const NON_RESPONSIVE_AFTER_S = 10;
/** A new host that did not answer once for this long counts as failed; trying goes on. */
export const INSTALL_FAILED_AFTER_S = 300;

/** The state of a host that nobody has talked to since the engine started. */
export function initialState(isInstalled: boolean): HostState {
  return { status: isInstalled ? 'connecting' : 'installing' };
}

/** The host answered. */
export function answered(
  state: HostState,
  answer: { readonly capabilities?: HostCapabilities; readonly stats?: HostStats },
): HostState {
  const capabilities = answer.capabilities ?? state.capabilities;
  const stats = answer.stats ?? state.stats;
  return {
    status: capabilities === undefined ? state.status : 'up',
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(stats === undefined ? {} : { stats }),
  };
}

/** An attempt failed: no connection, or no answer in time. */
export function failed(state: HostState, problem: string, nowS: number): HostState {
  const failingSinceS = state.failingSinceS ?? nowS;
  const failingForS = nowS - failingSinceS;
  return { ...state, problem, failingSinceS, status: statusAfterFailure(state, failingForS) };
}

function statusAfterFailure(state: HostState, failingForS: number): HostStatus {
  switch (state.status) {
    case 'installing':
    case 'install_failed':
      return failingForS >= INSTALL_FAILED_AFTER_S ? 'install_failed' : 'installing';
    case 'up':
    case 'connecting':
    case 'non_responsive':
      return failingForS >= NON_RESPONSIVE_AFTER_S ? 'non_responsive' : 'connecting';
  }
}
