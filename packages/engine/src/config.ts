// The engine's configuration: written once from the seed, read at every start.

import { HeError } from '@hosted-engine/ports';

/** Contents of engine.json, mode 0600. Everything else the engine knows is in its database. */
export interface EngineConfig {
  readonly fqdn: string;
  /** scrypt verifier of the administrator's password. */
  readonly adminVerifier: string;
  /** Names this engine among others for ever. */
  readonly instanceId: string;
}

/** Rejects with HE_CONFIG_INVALID. */
export function parseConfig(text: string, file: string): EngineConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new HeError('HE_CONFIG_INVALID', `${file} is not JSON`, { cause });
  }
  const { fqdn, adminVerifier, instanceId } = (value ?? {}) as Partial<EngineConfig>;
  for (const [key, setting] of Object.entries({ fqdn, adminVerifier, instanceId })) {
    if (typeof setting !== 'string' || setting === '') {
      throw new HeError('HE_CONFIG_INVALID', `${file} has no ${key}`);
    }
  }
  return value as EngineConfig;
}
