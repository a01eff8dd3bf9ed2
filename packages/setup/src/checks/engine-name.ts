import { isIP, isIPv4 } from 'node:net';
import type { AnswerSet } from '../answers/answer-set.js';
import { invalidAnswer } from '../answers/read-value.js';
import type { Network } from '../ports.js';

/** The engine's name leads to the engine, and to nothing else. Warnings come back; errors are thrown. */
export async function checkEngineName(answers: AnswerSet, network: Network): Promise<string[]> {
  const key = 'OVEHOSTED_NETWORK/fqdn';
  const fqdn = answers.get(key);
  const addresses = await network.resolve(fqdn);
  if (addresses.length === 0) {
    throw invalidAnswer(key, `Host name is not valid: ${fqdn} does not resolve`);
  }
  const local = new Set(network.localAddresses());
  const own = addresses.find((address) => local.has(address) || isLoopback(address));
  if (own !== undefined) {
    throw invalidAnswer(key, `Host name is not valid: ${fqdn} is this host (${own})`);
  }
  const fixed = answers.find('OVEHOSTED_VM/cloudinitVMStaticCIDR')?.split('/')[0];
  if (fixed !== undefined && !addresses.includes(fixed)) {
    const where = addresses.join(', ');
    throw invalidAnswer(
      key,
      `Host name is not valid: ${fqdn} is ${where}, the VM is to be ${fixed}`,
    );
  }
  const warnings: string[] = [];
  if (!fqdn.includes('.')) warnings.push(`Host name ${fqdn} has no domain suffix`);
  if ((await network.isInDns(fqdn)) === false) {
    warnings.push(`Failed to resolve ${fqdn} using DNS, it can be resolved only locally`);
  }
  const reverse = await reverseProblem(network, fqdn, addresses);
  if (reverse === undefined) return warnings;
  if (answers.get('OVEHOSTED_NETWORK/fqdnReverseValidation')) {
    throw invalidAnswer(key, `Host name is not valid: ${reverse}`);
  }
  return [...warnings, reverse];
}

/** The engine has to reach this host by the name that it is given. */
export async function checkHostAddress(answers: AnswerSet, network: Network): Promise<string[]> {
  const key = 'OVEHOSTED_NETWORK/host_name';
  const name = answers.get(key);
  const addresses = await network.resolve(name);
  if (addresses.length === 0) {
    throw invalidAnswer(key, `${name} does not resolve, so the engine could not reach this host`);
  }
  const local = new Set(network.localAddresses());
  const foreign = addresses.filter((address) => !local.has(address) && !isLoopback(address));
  if (foreign.length === addresses.length) {
    throw invalidAnswer(key, `${name} is ${foreign.join(', ')}, which is not this host`);
  }
  if (addresses.every(isLoopback)) {
    return [`${name} resolves to ${addresses.join(', ')} here; the engine needs another address`];
  }
  if (isIP(name) !== 0) return [];
  const reverse = await reverseProblem(
    network,
    name,
    addresses.filter((address) => !isLoopback(address)),
  );
  return reverse === undefined ? [] : [reverse];
}

/** An address that leads back to other names only is one of two: a wrong entry, or a wrong host. */
async function reverseProblem(
  network: Network,
  name: string,
  addresses: readonly string[],
): Promise<string | undefined> {
  for (const address of addresses) {
    const names = await network.reverse(address);
    if (names === 'unknown' || names.length === 0) continue;
    if (names.some((one) => isSameName(one, name))) return undefined;
    return `${name} is ${address}, but the name of ${address} is ${names.join(', ')}`;
  }
  return undefined;
}

function isSameName(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => text.toLowerCase().replace(/\.$/, ''));
  // Where /etc/hosts has the short name first, that is what an address leads to.
  return a === b || (a?.includes('.') === false && b?.startsWith(`${a}.`) === true);
}

/** A static address, and the gateway it needs, are of one network. */
export function checkStaticAddress(answers: AnswerSet): void {
  const key = 'OVEHOSTED_VM/cloudinitVMStaticCIDR';
  const value = answers.find(key);
  if (value === undefined) return;
  const gateway = answers.get('OVEHOSTED_NETWORK/gateway');
  const [address = '', prefix = ''] = value.split('/');
  if (
    isIPv4(gateway) &&
    networkOf(address, Number(prefix)) !== networkOf(gateway, Number(prefix))
  ) {
    throw invalidAnswer(key, `${value} and the gateway ${gateway} are in different networks`);
  }
}

function networkOf(address: string, prefix: number): number {
  const bits = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return Math.floor(bits / 2 ** (32 - prefix));
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
