// Turns the seed's network-config (version 2) into the lines that the guest's `network-up` script
// applies at each boot. Only words that match a narrow pattern get there: the script runs as root.

import { isIP } from 'node:net';
import { HeError } from '@hosted-engine/ports';
import { isMap, isSequence, type YamlMap, type YamlValue } from './yaml-subset.js';

/**
 * The script's lines for this network-config; an empty configuration means DHCP on `eth0`.
 * Rejects with HE_CONFIG_INVALID and the name of the setting.
 */
export function networkLines(config: YamlMap, hostname: string): string[] {
  const lines = [`hostname ${hostname}`];
  const root = isMap(config['network']) ? config['network'] : config;
  if (Object.keys(root).length === 0) return [...lines, 'link eth0 eth0', 'dhcp eth0'];
  if (root['version'] !== '2') fail('version', 'only version 2 is understood');
  const ethernets = root['ethernets'];
  if (!isMap(ethernets) || Object.keys(ethernets).length === 0) {
    fail('ethernets', 'at least one interface is needed');
  }
  for (const [id, settings] of Object.entries(ethernets)) {
    if (!isMap(settings)) fail(`ethernets.${id}`, 'a mapping is expected');
    lines.push(...interfaceLines(id, settings));
  }
  return lines;
}

const KNOWN = [
  'match',
  'set-name',
  'addresses',
  'gateway4',
  'gateway6',
  'routes',
  'nameservers',
  'dhcp4',
  'dhcp6',
  'mtu',
  'optional',
  'accept-ra',
  'wakeonlan',
];

function interfaceLines(id: string, settings: YamlMap): string[] {
  const place = `ethernets.${id}`;
  for (const key of Object.keys(settings)) {
    if (!KNOWN.includes(key)) fail(`${place}.${key}`, 'this setting is not understood');
  }
  const lines = [`link ${word(id, place)} ${linkName(id, settings['match'], place)}`];
  const mtu = settings['mtu'];
  if (mtu !== undefined) {
    if (typeof mtu !== 'string' || !/^\d{3,5}$/.test(mtu)) fail(`${place}.mtu`, 'bytes expected');
    lines.push(`mtu ${id} ${mtu}`);
  }
  for (const address of texts(settings['addresses'], `${place}.addresses`)) {
    lines.push(`address ${id} ${interfaceAddress(address, `${place}.addresses`)}`);
  }
  for (const gateway of gateways(settings, place)) lines.push(`gateway ${id} ${gateway}`);
  const servers = settings['nameservers'];
  if (isMap(servers)) {
    for (const server of texts(servers['addresses'], `${place}.nameservers`)) {
      lines.push(`nameserver ${ipAddress(server, `${place}.nameservers`)}`);
    }
    for (const domain of texts(servers['search'], `${place}.nameservers.search`)) {
      lines.push(`search ${word(domain, `${place}.nameservers.search`)}`);
    }
  }
  if (isTrue(settings['dhcp4'], `${place}.dhcp4`)) lines.push(`dhcp ${id}`);
  if (isTrue(settings['dhcp6'], `${place}.dhcp6`)) {
    fail(`${place}.dhcp6`, 'DHCP for IPv6 is not supported; give a static address');
  }
  return lines;
}

function linkName(id: string, match: YamlValue | undefined, place: string): string {
  if (match === undefined) return word(id, place);
  if (!isMap(match)) return fail(`${place}.match`, 'a mapping is expected');
  const { macaddress, name } = match;
  if (typeof macaddress === 'string') {
    const lower = macaddress.toLowerCase();
    if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(lower)) {
      fail(`${place}.match.macaddress`, `"${macaddress}" is no hardware address`);
    }
    return lower;
  }
  if (typeof name === 'string') return word(name, `${place}.match.name`);
  return fail(`${place}.match`, 'macaddress or name is needed');
}

function gateways(settings: YamlMap, place: string): string[] {
  const found: string[] = [];
  for (const key of ['gateway4', 'gateway6']) {
    const gateway = settings[key];
    if (gateway !== undefined) found.push(ipAddress(gateway, `${place}.${key}`));
  }
  const routes = settings['routes'];
  if (routes === undefined) return found;
  if (!isSequence(routes)) return fail(`${place}.routes`, 'a list is expected');
  for (const route of routes) {
    if (!isMap(route)) return fail(`${place}.routes`, 'mappings are expected');
    const to = route['to'];
    if (to !== 'default' && to !== '0.0.0.0/0' && to !== '::/0') {
      return fail(`${place}.routes`, 'only default routes are supported');
    }
    found.push(ipAddress(route['via'], `${place}.routes.via`));
  }
  return found;
}

function interfaceAddress(text: string, place: string): string {
  const [address = '', length = ''] = text.split('/');
  const family = isIP(address);
  const lengthMax = family === 4 ? 32 : 128;
  const isGood = family !== 0 && /^\d{1,3}$/.test(length) && Number(length) <= lengthMax;
  if (!isGood) fail(place, `"${text}" is no address with prefix length, such as 192.0.2.5/24`);
  return text;
}

function ipAddress(value: YamlValue | undefined, place: string): string {
  if (typeof value !== 'string' || isIP(value) === 0) {
    return fail(place, `"${String(value)}" is no IP address`);
  }
  return value;
}

function texts(value: YamlValue | undefined, place: string): string[] {
  if (value === undefined || value === '') return [];
  if (!isSequence(value)) return fail(place, 'a list is expected');
  return value.map((item) => (typeof item === 'string' ? item : fail(place, 'texts are expected')));
}

function word(text: string, place: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,252}$/.test(text)) fail(place, `"${text}" is no plain name`);
  return text;
}

function isTrue(value: YamlValue | undefined, place: string): boolean {
  if (value === undefined) return false;
  if (value === 'true' || value === 'yes' || value === 'on') return true;
  if (value === 'false' || value === 'no' || value === 'off') return false;
  return fail(place, 'true or false is expected');
}

function fail(place: string, why: string): never {
  throw new HeError('HE_CONFIG_INVALID', `network-config, ${place}: ${why}`);
}
