import type { EngineStatus } from '../engine-status.js';
import { pythonJson } from './python-text.js';

const VM_WORDS = ['up', 'down', 'down_unexpected', 'down_missing', 'unknown'] as const;
const HEALTH_WORDS = ['good', 'bad', 'unknown'] as const;

const UNKNOWN: EngineStatus = { vm: 'unknown', health: 'unknown', detail: 'unknown' };

/**
 * Reads the status token. Whatever is not understood is `unknown` (I5): a text that is no JSON
 * object, a field of another type, a word that is not in the list.
 */
export function parseEngineStatus(text: string): EngineStatus {
  const oldForm = OLD_FORMS[text];
  if (oldForm !== undefined) return oldForm;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return UNKNOWN;
    throw error;
  }
  if (typeof value !== 'object' || value === null) return UNKNOWN;
  const { vm, health, detail, reason } = value as Record<string, unknown>;
  return {
    vm: VM_WORDS.find((word) => word === vm) ?? 'unknown',
    health: HEALTH_WORDS.find((word) => word === health) ?? 'unknown',
    detail: typeof detail === 'string' ? detail : 'unknown',
    ...(typeof reason === 'string' ? { reason } : {}),
  };
}

/** The words of the first releases, still found on old storage. */
const OLD_FORMS: Readonly<Record<string, EngineStatus>> = {
  'vm-down': { vm: 'down', health: 'bad', detail: 'unknown' },
  'vm-up bad-health-status': { vm: 'up', health: 'bad', detail: 'unknown' },
  'vm-up good-health-status': { vm: 'up', health: 'good', detail: 'unknown' },
};

/**
 * Writes the status token; undefined (the monitor has not answered yet) is `null`.
 * A `|` would end the token, so it is escaped, which every JSON reader undoes.
 */
export function formatEngineStatus(status: EngineStatus | undefined): string {
  if (status === undefined) return 'null';
  const { vm, health, detail, reason } = status;
  const members = reason === undefined ? { vm, health, detail } : { vm, health, detail, reason };
  return pythonJson(members).replaceAll('|', '\\u007c');
}

const DETAIL_MAX = 40;
const REASON_MAX = 120;

/**
 * The status with its free texts cut to what always fits a slot, even when each of their
 * characters needs an escape of six. A long message of libvirt must not stop a host publishing.
 */
export function boundedEngineStatus(status: EngineStatus): EngineStatus {
  return {
    ...status,
    detail: cutEscaped(status.detail, DETAIL_MAX),
    ...(status.reason === undefined ? {} : { reason: cutEscaped(status.reason, REASON_MAX) }),
  };
}

/** Text of which no character needs an escape. */
const PLAIN = /^[ !#-[\]-{}~]*$/;

/** The longest start of `text` whose escaped form has at most `max` characters. */
function cutEscaped(text: string, max: number): string {
  if (PLAIN.test(text)) return text.slice(0, max);
  let length = 0;
  let kept = '';
  for (const character of text) {
    length += pythonJson(character).replaceAll('|', '\\u007c').length - 2;
    if (length > max) return kept;
    kept += character;
  }
  return kept;
}

/** From worst to best when hosts are compared (0..4): unknown, down, paused, bad health, good. */
export function engineStatusRank(status: EngineStatus): number {
  switch (status.vm) {
    case 'unknown':
      return 0;
    case 'down':
    case 'down_unexpected':
    case 'down_missing':
      return 1;
    case 'up':
      if (status.health === 'good') return 4;
      return status.detail.toLowerCase() === 'paused' ? 2 : 3;
  }
}
