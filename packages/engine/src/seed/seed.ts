// What the engine takes from a NoCloud seed disk (files user-data, meta-data, network-config).
// Settings of cloud-init that are not ours are left alone: the same disk may carry them.

import { HeError } from '@hosted-engine/ports';
import { networkLines } from './network-plan.js';
import { isMap, parseYaml, type YamlMap } from './yaml-subset.js';

export interface SeedFiles {
  readonly userData: string;
  readonly metaData: string;
  readonly networkConfig: string;
}

export interface Seed {
  readonly fqdn: string;
  /** A secret. */
  readonly adminPassword: string;
  /** PEM. */
  readonly caCertificate: string;
  /** PEM; a secret. */
  readonly caKey: string;
  /** Lines for the guest's network-up. */
  readonly networkLines: readonly string[];
}

/** Rejects with HE_CONFIG_INVALID, naming file and setting; no message contains a secret. */
export function parseSeed(files: SeedFiles): Seed {
  if (!/^#cloud-config\s*$/m.test(files.userData.split('\n', 1)[0] ?? '')) {
    fail('user-data does not start with #cloud-config');
  }
  const userData = parseYaml(files.userData, 'user-data');
  const metaData = parseYaml(files.metaData, 'meta-data');
  const own = userData['hosted_engine'];
  if (!isMap(own)) fail('user-data has no mapping hosted_engine');
  const fqdn = hostName(userData, metaData);
  return {
    fqdn,
    adminPassword: text(own, 'admin_password'),
    caCertificate: pem(own, 'ca_certificate', 'CERTIFICATE'),
    caKey: pem(own, 'ca_key', 'PRIVATE KEY'),
    networkLines: networkLines(parseYaml(files.networkConfig, 'network-config'), fqdn),
  };
}

function hostName(userData: YamlMap, metaData: YamlMap): string {
  const candidates = [userData['fqdn'], metaData['local-hostname'], userData['hostname']];
  const name = candidates.find((value) => typeof value === 'string' && value !== '');
  if (typeof name !== 'string') fail('user-data has neither fqdn nor hostname');
  const lower = name.toLowerCase();
  if (!/^(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})*$/.test(lower) || lower.length > 253) {
    fail(`"${name}" is no host name`);
  }
  return lower;
}

function text(map: YamlMap, key: string): string {
  const value = map[key];
  if (typeof value !== 'string' || value === '') {
    fail(`user-data has no hosted_engine.${key}`);
  }
  return value;
}

function pem(map: YamlMap, key: string, kind: string): string {
  const value = text(map, key);
  if (!value.includes(`${kind}-----`)) fail(`user-data, hosted_engine.${key}: no PEM text`);
  return value.endsWith('\n') ? value : `${value}\n`;
}

function fail(why: string): never {
  throw new HeError('HE_CONFIG_INVALID', `the seed cannot be used: ${why}`);
}
