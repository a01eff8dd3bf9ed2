// What an answer may look like, checked without touching the world. A rule returns what is wrong with the
// value, as the end of a sentence that begins with the value, or undefined when nothing is.
// Whether a name resolves or a path exists is asked of the world later (checks/).

import { isIP, isIPv4 } from 'node:net';
import { HOST_ID_MAX } from '@hosted-engine/ports';

export type Rule<T> = (value: T) => string | undefined;

const NAME_LENGTH_MAX = 50;
const FQDN_LENGTH_MAX = 1000;
/** Linux: IFNAMSIZ without its NUL. */
const INTERFACE_LENGTH_MAX = 15;
const DNS_SERVERS_MAX = 3;

export function oneOf(...values: readonly string[]): Rule<string> {
  return (value) => (values.includes(value) ? undefined : `is none of ${values.join(', ')}`);
}

export function between(min: number, max: number): Rule<number> {
  return (value) => (value >= min && value <= max ? undefined : `is not between ${min} and ${max}`);
}

export const atLeastOne: Rule<number> = (value) => (value >= 1 ? undefined : 'is less than 1');

export const hostId: Rule<number> = between(1, HOST_ID_MAX);

export const notEmpty: Rule<string> = (value) => (value.trim() === '' ? 'is empty' : undefined);

/** Storage domain and data center: spec's transcript shows names such as hosted_storage. */
export const name: Rule<string> = (value) => {
  if (!/^[A-Za-z0-9_-]+$/.test(value)) {
    return 'is not a name: only letters, digits, "_" and "-" are allowed';
  }
  return value.length > NAME_LENGTH_MAX
    ? `is longer than ${NAME_LENGTH_MAX} characters`
    : undefined;
};

export const fqdn: Rule<string> = (value) => {
  if (value === '') return 'is empty';
  if (isIP(value) !== 0) return 'is an address; certificates need a name';
  if (value.length > FQDN_LENGTH_MAX) return `is longer than ${FQDN_LENGTH_MAX} characters`;
  if (!/^[A-Za-z0-9.-]+$/.test(value)) {
    return 'is not a host name: only letters, digits, "." and "-" are allowed';
  }
  if (value.split('.').some((label) => label === '' || /^-|-$/.test(label))) {
    return 'is not a host name: a part of it is empty or begins or ends with "-"';
  }
  if (/^localhost(\.localdomain)?$/i.test(value)) return 'names every machine, not the engine';
  return undefined;
};

/** A name that the engine can reach this host by, or its address. */
export const hostAddress: Rule<string> = (value) => (isIP(value) === 0 ? fqdn(value) : undefined);

export const address: Rule<string> = (value) =>
  isIP(value) === 0 ? 'is not an IP address' : undefined;

export const cidr: Rule<string> = (value) => {
  const [host, prefix, ...more] = value.split('/');
  const length = Number(prefix);
  const isValid =
    more.length === 0 &&
    isIPv4(host ?? '') &&
    /^\d{1,2}$/.test(prefix ?? '') &&
    length >= 1 &&
    length <= 32;
  return isValid ? undefined : 'is not an IPv4 address with its prefix length, as in 192.0.2.10/24';
};

export const addressList: Rule<string> = (value) => {
  const addresses = value.split(',').map((part) => part.trim());
  const bad = addresses.find((part) => isIP(part) === 0);
  if (bad !== undefined) return `holds '${bad}', which is not an IP address`;
  return addresses.length > DNS_SERVERS_MAX ? `holds more than ${DNS_SERVERS_MAX}` : undefined;
};

export const macAddress: Rule<string> = (value) => {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(value)) {
    return 'is not a MAC address of six two-digit groups, as in 00:16:3e:12:34:56';
  }
  if (/^[0-9a-f][13579bdf]/i.test(value)) return 'is a multicast address';
  return /^[0:]+$/.test(value) ? 'is all zeros' : undefined;
};

export const interfaceName: Rule<string> = (value) => {
  if (!/^[A-Za-z0-9_.-]+$/.test(value)) return 'is not the name of an interface';
  return value.length > INTERFACE_LENGTH_MAX
    ? `is longer than ${INTERFACE_LENGTH_MAX} characters`
    : undefined;
};

export const absolutePath: Rule<string> = (value) => {
  if (!value.startsWith('/')) return 'is not an absolute path';
  return hasControl(value) ? 'holds a control character' : undefined;
};

/** A path that has to stand in vm.conf, whose syntax has no quotes. */
export const vmFilePath: Rule<string> = (value) => {
  const problem = absolutePath(value);
  if (problem !== undefined) return problem;
  return /[\s#,{}]/.test(value)
    ? 'holds a blank or one of # , { }, which vm.conf cannot hold'
    : undefined;
};

export const uuid: Rule<string> = (value) =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
    ? undefined
    : 'is not a UUID in lower case';

export const password: Rule<string> = (value) => {
  if (value === '') return 'is empty';
  return hasControl(value) ? 'holds a control character' : undefined;
};

export const mountOptions: Rule<string> = (value) =>
  /\s/.test(value) || hasControl(value) ? 'holds a blank' : undefined;

export const plainWord: Rule<string> = (value) =>
  /^[A-Za-z0-9_.-]+$/.test(value) ? undefined : 'may hold only letters, digits, "_", "." and "-"';

export const mailServer: Rule<string> = (value) =>
  /^[a-z0-9.-]+$/i.test(value) ? undefined : 'is not the name of a mail server';

export const mailAddress: Rule<string> = (value) =>
  /^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+$/.test(value) ? undefined : 'is not an e-mail address';

export const mailAddresses: Rule<string> = (value) => {
  const bad = value.split(',').find((part) => mailAddress(part.trim()) !== undefined);
  return bad === undefined ? undefined : `holds '${bad.trim()}', which is not an e-mail address`;
};

export const fingerprint: Rule<string> = (value) =>
  /^([0-9a-f]{2}:?){32}$/i.test(value) ? undefined : 'is not a SHA-256 fingerprint';

function hasControl(value: string): boolean {
  return /\p{Cc}/u.test(value);
}
