import type { AnswerKey } from './answer-key.js';
import { CORE_KEYS, ENGINE_KEYS, NOTIFICATION_KEYS } from './core-keys.js';
import { FIRST_HOST_KEYS } from './first-host-keys.js';
import { NETWORK_KEYS } from './network-keys.js';
import { RECOVERY_KEYS } from './recovery-keys.js';
import { STORAGE_KEYS } from './storage-keys.js';
import { VDSM_KEYS } from './vdsm-keys.js';
import { VM_KEYS } from './vm-keys.js';

/** Every answer that set-up knows. A key that is not here is refused by name. */
export const ANSWER_KEYS = {
  ...CORE_KEYS,
  ...STORAGE_KEYS,
  ...NETWORK_KEYS,
  ...FIRST_HOST_KEYS,
  ...VM_KEYS,
  ...VDSM_KEYS,
  ...ENGINE_KEYS,
  ...NOTIFICATION_KEYS,
  ...RECOVERY_KEYS,
} as const;

export type AnswerName = keyof typeof ANSWER_KEYS;

interface TypeMap {
  readonly str: string;
  readonly int: number;
  readonly bool: boolean;
}

export type AnswerValue<K extends AnswerName> = TypeMap[(typeof ANSWER_KEYS)[K]['type']];

export function isAnswerName(name: string): name is AnswerName {
  return Object.hasOwn(ANSWER_KEYS, name);
}

/** The key's definition with the particulars of its type forgotten. */
export function answerKey(name: AnswerName): AnswerKey {
  return ANSWER_KEYS[name];
}

export const ANSWER_NAMES = Object.keys(ANSWER_KEYS) as readonly AnswerName[];
