import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  deviceConfig,
  multipathDevices,
  withFixedAddress,
} from '../../src/network/device-config.js';

const FOREVER = 4_294_967_295;
const address = (local: string, more: object = {}) => ({
  family: local.includes(':') ? 'inet6' : 'inet',
  local,
  prefixlen: 24,
  scope: 'global',
  valid_life_time: FOREVER,
  preferred_life_time: FOREVER,
  ...more,
});
const config = (addresses: readonly object[], inet: string, inet6 = '') =>
  deviceConfig({ ifname: 'eth0', addr_info: addresses }, { inet, inet6 });

describe('what an interface has, in words for another', () => {
  it("the kernel's own routes come with the address", () => {
    const { routes } = config(
      [address('10.1.1.1')],
      'default via 10.1.1.254 dev eth0 proto static metric 100 linkdown \n' +
        '10.1.1.0/24 dev eth0 proto kernel scope link src 10.1.1.1 \n' +
        'local 10.1.1.1 dev eth0 table local proto kernel scope host src 10.1.1.1 \n' +
        'blackhole 10.66.0.0/16 \n10.7.0.0/16 via 10.8.0.1 dev eth1 \n',
    );
    assert.deepEqual(routes, ['0.0.0.0/0 via 10.1.1.254 proto static metric 100']);
  });

  it("unless NetworkManager made them: an address 'noprefixroute' brings none", () => {
    const { addresses, routes } = config(
      [address('10.1.1.1', { noprefixroute: true, broadcast: '10.1.1.255' })],
      '10.1.1.0/24 dev eth0 proto kernel scope link src 10.1.1.1 metric 100 \n',
    );
    assert.deepEqual(routes, ['10.1.1.0/24 proto kernel scope link src 10.1.1.1 metric 100']);
    assert.deepEqual(addresses, [
      { address: '10.1.1.1/24', options: ['broadcast', '10.1.1.255', 'noprefixroute'] },
    ]);
  });

  it('what a router announced keeps the rest of its life', () => {
    const { addresses, routes } = config(
      [address('fd00::1', { dynamic: true, valid_life_time: 900, preferred_life_time: 300 })],
      '',
      'default via fe80::1 dev eth0 proto ra metric 1024 expires 1790sec pref medium\n',
    );
    assert.deepEqual(addresses[0]?.options, ['valid_lft', '900', 'preferred_lft', '300', 'nodad']);
    assert.deepEqual(routes, ['::/0 via fe80::1 proto ra metric 1024 pref medium']);
  });

  it('point-to-point addresses have their peer', () => {
    const { addresses } = config([address('10.1.1.1', { address: '10.2.2.2', prefixlen: 32 })], '');
    assert.equal(addresses[0]?.address, '10.1.1.1 peer 10.2.2.2/32');
  });

  it('a route over another interface that names one of its addresses goes along', () => {
    const { dependentRoutes } = config(
      [address('10.1.1.1')],
      '10.40.0.0/16 dev eth1 scope link src 10.1.1.1 \n10.41.0.0/16 dev eth1 src 10.8.0.1 \n',
    );
    assert.deepEqual(dependentRoutes, ['10.40.0.0/16 scope link src 10.1.1.1 dev eth1']);
  });

  it('routes that lead several ways are found, with all their interfaces', () => {
    const inet =
      'default proto static \\\tnexthop via 10.1.1.254 dev eth0 weight 1 \\\tnexthop via 10.8.0.254 dev eth1 weight 1 \n' +
      '10.9.0.0/16 via 10.2.0.1 dev eth2 \n';
    assert.deepEqual(multipathDevices({ inet, inet6: '' }), ['eth0', 'eth1']);
    assert.deepEqual(config([address('10.1.1.1')], inet).routes, []);
  });

  it('another address takes the place of those of its family alone', () => {
    const before = config(
      [address('10.1.1.1'), address('fd00::1'), address('fe80::1', { scope: 'link' })],
      'default via 10.1.1.254 dev eth0 \n',
      'default via fd00::fe dev eth0 \n',
    );
    const after = withFixedAddress(before, '10.1.1.9/24', '10.1.1.253');
    assert.deepEqual(
      after.addresses.map((one) => one.address),
      ['fd00::1/24', 'fe80::1/24', '10.1.1.9/24'],
    );
    assert.deepEqual(after.routes, ['::/0 via fd00::fe', '0.0.0.0/0 via 10.1.1.253']);
    assert.equal(
      withFixedAddress(before, '10.1.1.1/24', undefined),
      before,
      'its own is no change',
    );
  });
});
