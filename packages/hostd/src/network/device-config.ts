// The addresses and routes of an interface, in the words that `ip` takes to make them again elsewhere.

import { isIPv6 } from 'node:net';
import type { IpAddress, IpLink } from '@hosted-engine/core';

export interface DeviceConfig {
  readonly addresses: readonly AddressWords[];
  /** Without `dev`: "0.0.0.0/0 via 192.0.2.1 metric 100". */
  readonly routes: readonly string[];
  /** Routes over other interfaces, with `dev`, which end with the address that they name as source. */
  readonly dependentRoutes: readonly string[];
}

export interface AddressWords {
  /** "192.0.2.10/24" */
  readonly address: string;
  /** What follows it: broadcast address, lifetimes, flags. */
  readonly options: readonly string[];
}

type Family = 'inet' | 'inet6';

const FOREVER_S = 4_294_967_295;
/** Of the kernel's own tables, or of no way that leads anywhere. */
const OTHER_TYPES = [
  'local',
  'broadcast',
  'multicast',
  'anycast',
  'unreachable',
  'blackhole',
  'prohibit',
  'throw',
];
/** What `ip` shows of a route but does not take. */
const SHOWN_ONLY = ['linkdown', 'dead', 'offload', 'trap', 'rt_offload', 'rt_trap', 'cache'];
const SHOWN_ONLY_PAIRS = ['expires', 'error', 'users', 'used', 'age'];

export function deviceConfig(link: IpLink, routes: Readonly<Record<Family, string>>): DeviceConfig {
  const known = link.addr_info ?? [];
  const parsed = (['inet', 'inet6'] as const).flatMap((family) =>
    parseRoutes(routes[family], family).filter(
      (route) => !route.isKernels || hasOwnPrefixRoutes(known, family),
    ),
  );
  const own = known.map(({ local }) => local);
  return {
    addresses: known.map(addressWords),
    routes: parsed.filter(({ dev }) => dev === link.ifname).map(({ words }) => words.join(' ')),
    dependentRoutes: parsed
      .filter(
        ({ dev, source }) => dev !== link.ifname && source !== undefined && own.includes(source),
      )
      .map(({ words, dev }) => [...words, 'dev', dev].join(' ')),
  };
}

/** NetworkManager makes the routes to the own network itself; else the kernel does with the address. */
function hasOwnPrefixRoutes(addresses: readonly IpAddress[], family: Family): boolean {
  return addresses.some((one) => one.family === family && one.noprefixroute === true);
}

function addressWords(one: IpAddress): AddressWords {
  const options: string[] = [];
  const isIp6 = one.family === 'inet6';
  // A point-to-point address has its prefix at the other end.
  const hasPeer = one.address !== undefined && one.address !== one.local;
  const address = hasPeer
    ? `${one.local} peer ${one.address}/${one.prefixlen}`
    : `${one.local}/${one.prefixlen}`;
  if (one.broadcast !== undefined) options.push('broadcast', one.broadcast);
  if (!isIp6 && one.scope !== undefined && one.scope !== 'global') options.push('scope', one.scope);
  if (one.valid_life_time !== undefined && one.valid_life_time < FOREVER_S) {
    const preferred = one.preferred_life_time ?? one.valid_life_time;
    options.push('valid_lft', String(one.valid_life_time), 'preferred_lft', String(preferred));
  }
  if (one.noprefixroute === true) options.push('noprefixroute');
  // It was tested on this very cable; a second test would keep it from use for a second.
  if (isIp6) options.push('nodad');
  return { address, options };
}

interface RouteWords {
  readonly words: readonly string[];
  readonly dev: string;
  readonly source: string | undefined;
  readonly isKernels: boolean;
}

/** The lines of `ip -o route show table all` that lead somewhere over one interface. */
function parseRoutes(text: string, family: Family): RouteWords[] {
  return text.split('\n').flatMap((line) => {
    const shown = line.split(/[\s\\]+/).filter(Boolean);
    if (shown[0] === 'unicast') shown.shift();
    const dev = after(shown, 'dev');
    if (dev === undefined || shown.includes('nexthop') || shown.includes('nhid')) return [];
    if (OTHER_TYPES.includes(shown[0] ?? '') || after(shown, 'table') === 'local') return [];
    const words = withoutPairs(shown, [...SHOWN_ONLY_PAIRS, 'dev']).filter(
      (word) => !SHOWN_ONLY.includes(word),
    );
    if (words[0] === 'default') words[0] = family === 'inet' ? '0.0.0.0/0' : '::/0';
    const isKernels = after(shown, 'proto') === 'kernel';
    return [{ words, dev, source: after(shown, 'src'), isKernels }];
  });
}

/** Interfaces that carry a route of several ways at once: such a route cannot be moved in parts. */
export function multipathDevices(routes: Readonly<Record<Family, string>>): string[] {
  const lines = `${routes.inet}\n${routes.inet6}`.split('\n').map((line) => line.split(/[\s\\]+/));
  return lines
    .filter((words) => words.includes('nexthop') || words.includes('nhid'))
    .flatMap((words) => words.filter((_, index) => words[index - 1] === 'dev'));
}

function after(words: readonly string[], word: string): string | undefined {
  const index = words.indexOf(word);
  return index < 0 ? undefined : words[index + 1];
}

function withoutPairs(words: readonly string[], names: readonly string[]): string[] {
  return words.filter(
    (word, index) => !names.includes(word) && !names.includes(words[index - 1] ?? ''),
  );
}

/** With these addresses of one family in place of its own, and a default route if there is a gateway. */
export function withFixedAddress(
  config: DeviceConfig,
  cidr: string,
  gateway: string | undefined,
): DeviceConfig {
  const ownsIt = config.addresses.some(({ address }) => address === cidr);
  if (ownsIt) return config;
  const isIp6 = cidr.includes(':');
  const isOther = (words: string) => isIPv6(words.split(/[/ ]/)[0] ?? '') !== isIp6;
  const anywhere = isIp6 ? '::/0' : '0.0.0.0/0';
  return {
    addresses: [
      ...config.addresses.filter(
        ({ address }) => isOther(address) || address.toLowerCase().startsWith('fe80:'),
      ),
      { address: cidr, options: isIp6 ? [] : ['broadcast', '+'] },
    ],
    routes: [
      ...config.routes.filter(isOther),
      ...(gateway === undefined ? [] : [`${anywhere} via ${gateway}`]),
    ],
    dependentRoutes: config.dependentRoutes.filter(isOther),
  };
}
