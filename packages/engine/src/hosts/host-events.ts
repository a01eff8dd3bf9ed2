// Which changes of a host's state an administrator is told of, and in what words. Pure.

import type { NewEvent } from '../store/event-store.js';
import type { HostState, HostStatus } from './host-state.js';

type Told = Pick<NewEvent, 'severity' | 'code' | 'description'>;

export const EVENT_CODE = {
  engineStarted: 1,
  hostFailed: 12,
  hostDetected: 13,
  hostRecovered: 14,
  hostAdded: 42,
  hostRemoved: 44,
  hostInstalled: 504,
  hostInstallFailed: 505,
} as const;

/**
 * What a change of the host's state amounts to; undefined: nothing to tell. `told` is the last status that was told
 * of, undefined since the engine's start: a host that is silent for a moment is not news.
 */
export function eventOf(
  name: string,
  told: HostStatus | undefined,
  { status, problem }: HostState,
): Told | undefined {
  if (status === told) return undefined;
  const why = problem ?? 'no reason is known';
  switch (status) {
    case 'up':
      return upEvent(name, told);
    case 'non_responsive':
      return {
        severity: 'error',
        code: EVENT_CODE.hostFailed,
        description: `Host ${name} does not answer: ${why}`,
      };
    case 'install_failed':
      return {
        severity: 'error',
        code: EVENT_CODE.hostInstallFailed,
        description: `Host ${name} could not be added: ${why}`,
      };
    case 'installing':
    case 'connecting':
      return undefined;
  }
}

function upEvent(name: string, told: HostStatus | undefined): Told {
  const severity = 'normal';
  switch (told) {
    case 'installing':
    case 'install_failed':
      return {
        severity,
        code: EVENT_CODE.hostInstalled,
        description: `Host ${name} is set up: its daemon answers for the first time`,
      };
    case 'non_responsive':
      return {
        severity,
        code: EVENT_CODE.hostRecovered,
        description: `Host ${name} answers again`,
      };
    default:
      return { severity, code: EVENT_CODE.hostDetected, description: `Host ${name} is up` };
  }
}
