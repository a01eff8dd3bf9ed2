import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { choosePorts } from '../../src/network/bridge-port.js';
import type { IpLink } from '../../src/network/link.js';

const fixed = (local: string) => [{ family: 'inet', local, prefixlen: 24, scope: 'global' }];
const nic = (ifname: string, more: Partial<IpLink> = {}): IpLink => ({
  ifname,
  link_type: 'ether',
  operstate: 'UP',
  addr_info: fixed('192.0.2.10'),
  ...more,
});

const REJECTED: readonly (readonly [IpLink, RegExp])[] = [
  [nic('br0', { linkinfo: { info_kind: 'bridge' } }), /^is a bridge$/],
  [nic('eth1', { master: 'br0' }), /^belongs to bridge br0$/],
  [nic('eth2', { master: 'bond0' }), /^belongs to bond bond0$/],
  [
    nic('bond0', { linkinfo: { info_kind: 'bond', info_data: { mode: 'balance-rr' } } }),
    /mode balance-rr/,
  ],
  [nic('bond1', { linkinfo: { info_kind: 'bond', info_data: { mode: '802.3ad' } } }), /no member/],
  [nic('wlan0'), /^is wireless$/],
  [nic('vnet3', { linkinfo: { info_kind: 'tun' } }), /VM or a tunnel/],
  [nic('wg0', { link_type: 'none', linkinfo: { info_kind: 'wireguard' } }), /kind wireguard/],
  [nic('ib0', { link_type: 'infiniband' }), /kind infiniband, not Ethernet/],
  [nic('eth3', { operstate: 'DOWN' }), /no link/],
  [nic('eth4', { addr_info: [] }), /no IP address/],
  [nic('eth5', { addr_info: [{ family: 'inet6', local: 'fe80::1', scope: 'link' }] }), /no IP/],
  [
    nic('eth6', { addr_info: [{ ...fixed('192.0.2.9')[0], dynamic: true }] }),
    /192\.0\.2\.9 by DHCP/,
  ],
];

describe('which interface may carry the management bridge', () => {
  const good = [
    nic('lo', { link_type: 'loopback' }),
    nic('eth9'),
    nic('eth0', { addr_info: fixed('198.51.100.7') }),
    nic('eth0.100', { linkinfo: { info_kind: 'vlan' } }),
    nic('bond7', { linkinfo: { info_kind: 'bond', info_data: { mode: '802.3ad' } } }),
    nic('em1', { master: 'bond7' }),
  ];
  const links = [...good, ...REJECTED.map(([link]) => link)];
  const choice = choosePorts(
    links,
    [{ dst: 'default', gateway: '198.51.100.1', dev: 'eth0' }],
    ['wlan0'],
  );

  it('the one with the default route comes first; bonds and VLANs are as good', () => {
    assert.deepEqual(
      choice.candidates.map(({ name }) => name),
      ['eth0', 'eth9', 'eth0.100', 'bond7'],
    );
    assert.deepEqual(choice.candidates[0], {
      name: 'eth0',
      addresses: ['198.51.100.7/24'],
      gateway: '198.51.100.1',
    });
  });

  for (const [link, reason] of REJECTED) {
    it(`not ${link.ifname}, with its reason: ${reason.source}`, () => {
      const found = choice.rejected.find(({ name }) => name === link.ifname);
      assert.match(found?.reason ?? '(a candidate)', reason);
    });
  }
});
