// What has to come in on a host, in the words of each firewall. All of them hold for IPv4 and IPv6.

export interface OpenPorts {
  readonly protocol: 'tcp';
  readonly first: number;
  readonly last: number;
  readonly purpose: string;
}

export const FIREWALL_TABLE = 'hosted_engine';
export const FIREWALLD_SERVICE = 'hosted-engine';

/** What the engine, the other hosts and people with a console connect to. */
export function openPorts(sshPorts: readonly number[]): readonly OpenPorts[] {
  const tcp = (first: number, last: number, purpose: string): OpenPorts => ({
    protocol: 'tcp',
    first,
    last,
    purpose,
  });
  return [
    ...sshPorts.map((port) => tcp(port, port, 'SSH')),
    tcp(54321, 54321, 'host daemon, for the engine and the other hosts'),
    tcp(16514, 16514, 'libvirt by TLS, for live migration'),
    tcp(49152, 49215, 'memory of VMs in live migration'),
    tcp(5900, 6923, 'consoles of VMs'),
  ];
}

/** "54321" or "5900-6923"; iptables has a colon there. */
export function portRange({ first, last }: OpenPorts, dash = '-'): string {
  return first === last ? String(first) : `${first}${dash}${last}`;
}

/**
 * A table of our own, loaded in one go: it replaces itself, and touches no other.
 * `rejectOthers` false: it only names what is open, since another table refuses the rest.
 */
export function nftablesRules(ports: readonly OpenPorts[], rejectOthers: boolean): string {
  const open = ports.map(
    (one) => `    ${one.protocol} dport ${portRange(one)} accept comment "${one.purpose}"`,
  );
  const rest = rejectOthers
    ? [
        '    # Only what begins a connection is refused: a reply never is, not even one to a',
        '    # connection that is older than these rules.',
        '    tcp flags & (fin | syn | rst | ack) != syn accept',
        '    reject with icmpx type admin-prohibited',
      ]
    : ['    # Another table of this host refuses the rest.'];
  return [
    '# Firewall of this host, written by the set-up of the hosted engine.',
    '# To open another port, add a line below the others, and run:',
    '#   systemctl restart hosted-engine-firewall',
    `table inet ${FIREWALL_TABLE}`,
    `delete table inet ${FIREWALL_TABLE}`,
    `table inet ${FIREWALL_TABLE} {`,
    '  chain input {',
    '    type filter hook input priority filter; policy accept;',
    '    iifname "lo" accept',
    '    ct state established,related accept',
    '    meta l4proto { icmp, ipv6-icmp } accept',
    '    udp dport { 68, 546 } accept comment "answers of DHCP servers"',
    ...open,
    ...rest,
    '  }',
    '}',
    '',
  ].join('\n');
}

/** A service of firewalld. */
export function firewalldService(ports: readonly OpenPorts[]): string {
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<service>',
    '  <short>hosted-engine</short>',
    '  <description>What the hosted engine needs to reach on its hosts.</description>',
    ...ports.flatMap((one) => [
      `  <!-- ${one.purpose} -->`,
      `  <port protocol="${one.protocol}" port="${portRange(one)}"/>`,
    ]),
    '</service>',
    '',
  ].join('\n');
}

/** For iptables-restore and ip6tables-restore alike: what both families call by one name. */
export function iptablesExample(ports: readonly OpenPorts[]): string {
  return [
    '# Example: the ports that a host of the hosted engine needs.',
    '# Load it with iptables-restore and ip6tables-restore; it replaces the whole filter table.',
    '*filter',
    ':INPUT ACCEPT [0:0]',
    ':FORWARD ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    '-A INPUT -i lo -j ACCEPT',
    '-A INPUT -m state --state ESTABLISHED,RELATED -j ACCEPT',
    '-A INPUT -p icmp -j ACCEPT',
    '-A INPUT -p ipv6-icmp -j ACCEPT',
    ...ports.map(
      (one) =>
        `-A INPUT -p ${one.protocol} --dport ${portRange(one, ':')} -m comment --comment "${one.purpose}" -j ACCEPT`,
    ),
    '-A INPUT -j REJECT',
    'COMMIT',
    '',
  ].join('\n');
}
