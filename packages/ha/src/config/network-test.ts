import type { HostedEngineConf } from '@hosted-engine/formats';
import { HeError } from '@hosted-engine/ports';

/** One thing that answers while the management network works (ha-daemon.md 3). */
export type NetworkTarget =
  | { readonly kind: 'ping'; readonly address: string }
  /** Without an address: the resolvers that this host is configured with. */
  | { readonly kind: 'dns'; readonly resolver: string | undefined }
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number };

/** No targets: the network is not tested and counts as there. */
export interface NetworkTest {
  readonly targets: readonly NetworkTarget[];
  /** So many targets must answer. */
  readonly required: number;
}

const KINDS = ['ping', 'dns', 'tcp', 'none'] as const;
type Kind = (typeof KINDS)[number];

/**
 * The network test that hosted-engine.conf asks for; ping of the gateway when it names none.
 * Half of the targets, rounded up, must answer unless it says otherwise: one of two that is down for reasons of
 * its own costs no host anything, and a host that reaches fewer than half of three is cut off.
 */
export function networkTestOf(conf: HostedEngineConf): NetworkTest {
  const kind = kindOf(conf.networkTest ?? 'ping');
  if (kind === 'none') return { targets: [], required: 0 };
  const own = ownTarget(kind, conf);
  const more = (conf.networkTestTargets ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => targetOf(text, kind));
  const targets = own === undefined ? more : [own, ...more];
  if (targets.length === 0) throw invalid(`${NEEDS[kind]} is missing`);
  const required = conf.networkTestRequired ?? Math.ceil(targets.length / 2);
  if (required < 1 || required > targets.length) {
    throw invalid(`network_test_required is ${required}, but there are ${targets.length} targets`);
  }
  return { targets, required };
}

const NEEDS = { ping: 'gateway', tcp: 'tcp_t_address', dns: 'network_test_targets' } as const;

function kindOf(text: string): Kind {
  const kind = KINDS.find((known) => known === text);
  if (kind === undefined) {
    throw invalid(`network_test must be ping, dns, tcp or none, not ${text}`);
  }
  return kind;
}

/** The target of the original's own keys. */
function ownTarget(kind: Exclude<Kind, 'none'>, conf: HostedEngineConf): NetworkTarget | undefined {
  switch (kind) {
    case 'ping':
      return conf.gateway === undefined ? undefined : { kind, address: conf.gateway };
    case 'dns':
      return { kind, resolver: undefined };
    case 'tcp':
      if (conf.tcpTestAddress === undefined) return undefined;
      if (conf.tcpTestPort === undefined) throw invalid('tcp_t_port is missing');
      return { kind, address: conf.tcpTestAddress, port: conf.tcpTestPort };
  }
}

/** `ADDRESS`, to be tested as network_test says, or `ping:ADDRESS`, `dns:ADDRESS`, `tcp:ADDRESS:PORT`. */
function targetOf(text: string, preset: Exclude<Kind, 'none'>): NetworkTarget {
  const [, named, rest] = /^(ping|dns|tcp):(.+)$/.exec(text) ?? [];
  const kind = named === undefined ? preset : (named as Exclude<Kind, 'none'>);
  const address = rest ?? text;
  switch (kind) {
    case 'ping':
      return { kind, address: plain(address) };
    case 'dns':
      return { kind, resolver: plain(address) };
    case 'tcp': {
      const [, host, port] = /^(.+):(\d{1,5})$/.exec(address) ?? [];
      if (host === undefined || port === undefined || Number(port) < 1 || Number(port) > 65535) {
        throw invalid(`network_test_targets: ${text} has no port, as in tcp:${address}:443`);
      }
      return { kind, address: plain(host), port: Number(port) };
    }
  }
}

/** IPv6 addresses may stand in brackets. A leading "-" would be an option to ping. */
function plain(address: string): string {
  const bare = /^\[(.+)\]$/.exec(address)?.[1] ?? address;
  if (!/^[A-Za-z0-9][\w.:%-]*$|^::[\w.:%]*$/.test(bare)) {
    throw invalid(`network_test_targets: ${address} is no address`);
  }
  return bare;
}

function invalid(fault: string): HeError {
  return new HeError('HE_CONFIG_INVALID', `hosted-engine.conf: ${fault}`, {
    remedy: 'Correct the file, or deploy this host again.',
  });
}
