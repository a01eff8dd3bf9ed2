// The NoCloud seed of the engine VM's first boot: who it is, on which network, and the secrets that it
// keeps on its own disk from then on.

import { stringify, type YamlMap } from './yaml.js';

export interface SeedInput {
  readonly vmUuid: string;
  readonly fqdn: string;
  readonly macAddress: string;
  /** Undefined: DHCP. */
  readonly network:
    | {
        readonly cidr: string;
        readonly gateway: string;
        readonly nameservers: readonly string[];
      }
    | undefined;
  readonly adminPassword: string;
  readonly caCertificate: string;
  readonly caKey: string;
}

/** The files of the disk labelled `cidata`. */
export function seedFiles(
  input: SeedInput,
): Record<'meta-data' | 'user-data' | 'network-config', string> {
  const hostname = input.fqdn.split('.')[0] ?? input.fqdn;
  return {
    'meta-data': stringify({ 'instance-id': input.vmUuid, 'local-hostname': input.fqdn }),
    'user-data': `#cloud-config\n${stringify({
      hostname,
      fqdn: input.fqdn,
      hosted_engine: {
        admin_password: input.adminPassword,
        ca_certificate: input.caCertificate,
        ca_key: input.caKey,
      },
    })}`,
    'network-config': stringify(networkConfig(input)),
  };
}

function networkConfig(input: SeedInput): YamlMap {
  const match = { macaddress: input.macAddress.toLowerCase() };
  const { network } = input;
  if (network === undefined) return ethernet({ match, dhcp4: true });
  return ethernet({
    match,
    dhcp4: false,
    addresses: [network.cidr],
    gateway4: network.gateway,
    ...(network.nameservers.length === 0
      ? {}
      : { nameservers: { addresses: network.nameservers } }),
  });
}

function ethernet(settings: YamlMap): YamlMap {
  return { version: 2, ethernets: { eth0: settings } };
}
