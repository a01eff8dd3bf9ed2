import {
  type ConfKey,
  VM_CONF_KEYS,
  type VmConf,
  type VmSettingName,
  type VmSpec,
} from '@hosted-engine/formats';
import { invalidDefinition } from './invalid-definition.js';

/** A setting, or its default; undefined when it is missing or empty and has none. */
export function setting(conf: VmConf, name: VmSettingName): string | undefined {
  const { key, fallback }: ConfKey = VM_CONF_KEYS[name];
  return conf.settings[key] || fallback?.toString();
}

/** A setting that must be there. @throws HeError HE_CONFIG_INVALID */
export function required(conf: VmConf, name: VmSettingName): string {
  const value = setting(conf, name);
  if (value === undefined) throw invalidDefinition(`${VM_CONF_KEYS[name].key} is missing`);
  return value;
}

/** @throws HeError HE_CONFIG_INVALID unless it is a whole number above zero */
export function positiveInteger(text: string, key: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw invalidDefinition(`${key} is no number above zero`);
  return Number(text);
}

/** A device's value; undefined when it is missing, empty or a map. */
export function textIn(spec: VmSpec, key: string): string | undefined {
  const value = spec[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** VDSM's clients write booleans as true, True, yes, 1. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && ['true', 'yes', '1', 'on'].includes(value.toLowerCase());
}
