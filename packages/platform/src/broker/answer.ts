import { HeError } from '@hosted-engine/ports/he-error';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export function badAnswer(why: string): HeError {
  return unreachable(`its answer cannot be understood (${why})`);
}

export function unreachable(why: string, cause?: unknown): HeError {
  return new HeError('HE_HA_UNREACHABLE', `the hosted engine's HA daemon does not answer: ${why}`, {
    remedy: 'look at `systemctl status ovirt-ha-agent`, and start it',
    cause,
  });
}
