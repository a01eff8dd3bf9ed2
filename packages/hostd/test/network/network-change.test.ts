import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isVdsmError, type NetworkDefinition, VDSM_CODE } from '@hosted-engine/vdsm';
import { networkChange, prefixLengthOf } from '../../src/network/network-change.js';

describe('what Host.setupNetworks may ask for', () => {
  it('numbers and flags may come as text', () => {
    const change = networkChange('ovirtmgmt', {
      nic: 'eth0',
      bridged: 'true',
      vlan: '100',
      mtu: '9000',
      stp: 'false',
      ipaddr: '192.0.2.10',
      netmask: '255.255.255.0',
      gateway: '192.0.2.1',
    });
    assert.deepEqual(change, {
      kind: 'bridge',
      name: 'ovirtmgmt',
      nic: 'eth0',
      vlan: 100,
      mtu: 9000,
      stp: false,
      ipv4: { cidr: '192.0.2.10/24', gateway: '192.0.2.1' },
      ipv6: undefined,
    });
  });

  it('a network that is not the default route has no gateway', () => {
    const change = networkChange('storage', {
      nic: 'eth1',
      ipv6addr: 'fd00::2/64',
      ipv6gateway: 'fd00::1',
      defaultRoute: false,
    });
    assert.deepEqual(change.kind === 'bridge' && change.ipv6, {
      cidr: 'fd00::2/64',
      gateway: undefined,
    });
  });

  const refused: readonly (readonly [string, string, NetworkDefinition, number])[] = [
    ['a name too long', 'a-name-of-sixteen', { nic: 'eth0' }, VDSM_CODE.networkBridge],
    ['no interface', 'ovirtmgmt', {}, VDSM_CODE.networkNic],
    ['an interface that would be an option', 'ovirtmgmt', { nic: 'eth0 up' }, VDSM_CODE.networkNic],
    ['Open vSwitch', 'ovirtmgmt', { nic: 'eth0', switch: 'ovs' }, VDSM_CODE.networkSwitch],
    ['no bridge', 'ovirtmgmt', { nic: 'eth0', bridged: false }, VDSM_CODE.networkParameters],
    ['DHCP', 'ovirtmgmt', { nic: 'eth0', bootproto: 'dhcp' }, VDSM_CODE.networkAddress],
    ['VLAN 4095', 'ovirtmgmt', { nic: 'eth0', vlan: 4095 }, VDSM_CODE.networkVlan],
    ['no netmask', 'ovirtmgmt', { nic: 'eth0', ipaddr: '192.0.2.1' }, VDSM_CODE.networkAddress],
    [
      'IPv6 without prefix',
      'ovirtmgmt',
      { nic: 'eth0', ipv6addr: 'fd00::1' },
      VDSM_CODE.networkAddress,
    ],
    ['mtu 0', 'ovirtmgmt', { nic: 'eth0', mtu: 0 }, VDSM_CODE.invalidParameter],
  ];
  for (const [what, name, definition, code] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => networkChange(name, definition),
        (error) => isVdsmError(error, code),
      );
    });
  }

  it('netmasks', () => {
    assert.equal(prefixLengthOf('255.255.255.0'), 24);
    assert.equal(prefixLengthOf('255.255.240.0'), 20);
    assert.equal(prefixLengthOf('0.0.0.0'), 0);
    assert.equal(prefixLengthOf('255.0.255.0'), undefined);
    assert.equal(prefixLengthOf('24'), undefined);
  });
});
