import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { IpLink } from '@hosted-engine/core';
import { clusterLevels, expandList, operatingSystem } from '../../src/host/capabilities.js';
import { cpuShares, createCpuSampler, parseProcStat } from '../../src/host/cpu-sampler.js';
import { dateTime } from '../../src/host/host-stats.js';
import { hostMemory, parseMemInfo } from '../../src/host/memory.js';
import {
  interfaceWith,
  netmaskOf,
  networkCapabilities,
  parseNameservers,
} from '../../src/host/network-map.js';
import { linkState } from '../../src/host/network-stats.js';
import { parseCpuInfo } from '../../src/host/processors.js';

describe('memory', () => {
  it('free is MemFree + Cached + Buffers + SReclaimable, not MemAvailable', () => {
    const text = `MemTotal:  4096000 kB\nMemFree: 1024000 kB\nMemAvailable: 9 kB
Buffers: 102400 kB\nCached: 512000 kB\nSReclaimable: 51200 kB\nSwapTotal: 2048 kB\nSwapFree: 1024 kB\n`;
    const memory = hostMemory(parseMemInfo(text));
    assert.deepEqual([memory.totalMiB, memory.freeMiB, memory.usedPercent], [4000, 1650, 59]);
    assert.deepEqual([memory.swapTotalMiB, memory.swapFreeMiB], [2, 1]);
  });
});

describe('processor use', () => {
  it('is the difference of two readings', () => {
    const before = parseProcStat('cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 1 0 0 1 0 0 0 0\n');
    const after = parseProcStat('cpu  150 0 70 825 55 0 0 0 0 0\ncpu0 2 0 0 2 0 0 0 0\n');
    const [a, b] = [before.get(''), after.get('')];
    assert.ok(a !== undefined && b !== undefined);
    assert.deepEqual(cpuShares(a, b), { userPercent: 50, sysPercent: 20, idlePercent: 30 });
    const sampler = createCpuSampler();
    sampler.add(before);
    assert.equal(sampler.shares().size, 0);
    sampler.add(after);
    assert.deepEqual([...sampler.shares().keys()], ['', '0']);
  });

  it('sockets, cores and threads are counted once each', () => {
    const cpu = (n: number, socket: number, core: number) =>
      `processor\t: ${n}\nmodel name\t: X\nphysical id\t: ${socket}\ncore id\t: ${core}\nflags\t: a vmx\n`;
    const text = [cpu(0, 0, 0), cpu(1, 0, 0), cpu(2, 1, 0), cpu(3, 1, 0)].join('\n');
    const found = parseCpuInfo(text);
    assert.deepEqual([found.sockets, found.cores, found.threads], [2, 2, 4]);
    assert.deepEqual(
      [found.online, found.flags],
      [
        [0, 1, 2, 3],
        ['a', 'vmx'],
      ],
    );
  });
});

describe('network', () => {
  const links: readonly IpLink[] = [
    { ifname: 'lo', link_type: 'loopback' },
    {
      ifname: 'eth0.7',
      link: 'eth0',
      master: 'ovirtmgmt',
      link_type: 'ether',
      linkinfo: { info_kind: 'vlan', info_data: { id: 7 } },
    },
    { ifname: 'eth0', link_type: 'ether', address: '52:54:00:00:00:01', mtu: 9000 },
    {
      ifname: 'ovirtmgmt',
      link_type: 'ether',
      mtu: 1500,
      linkinfo: { info_kind: 'bridge', info_data: { stp_state: 0 } },
      addr_info: [
        { family: 'inet', local: '10.0.0.11', prefixlen: 24, scope: 'global', dynamic: true },
        { family: 'inet6', local: 'fe80::1', prefixlen: 64, scope: 'link' },
      ],
    },
    { ifname: 'vnet0', link_type: 'ether', linkinfo: { info_kind: 'tun' } },
  ];
  const caps = networkCapabilities({
    links,
    routes: [{ dst: 'default', gateway: '10.0.0.1', dev: 'ovirtmgmt' }],
    speeds: new Map([['eth0', 1000]]),
    nameservers: ['10.0.0.1'],
    supportsIPv6: true,
  });

  it('makes a network of each bridge', () => {
    const network = caps.networks['ovirtmgmt'];
    assert.ok(network !== undefined);
    assert.deepEqual(
      [network.addr, network.netmask, network.gateway, network.ports, network.vlan],
      ['10.0.0.11', '255.255.255.0', '10.0.0.1', ['eth0.7'], 7],
    );
    assert.deepEqual([network.dhcpv4, network.ipv4defaultroute], [true, true]);
    assert.deepEqual(network.ipv6addrs, []);
  });

  it('tells NICs, VLANs and VMs’ devices apart', () => {
    assert.deepEqual(Object.keys(caps.nics), ['eth0']);
    assert.deepEqual([caps.nics['eth0']?.speed, caps.nics['eth0']?.mtu], [1000, 9000]);
    assert.deepEqual(Object.keys(caps.vlans), ['eth0.7']);
  });

  it('knows by which interface a caller came', () => {
    assert.equal(interfaceWith(links, '10.0.0.11'), 'ovirtmgmt');
    assert.equal(interfaceWith(links, '10.9.9.9'), '');
  });

  it('turns prefixes into masks', () => {
    assert.deepEqual([0, 8, 20, 32].map(netmaskOf), [
      '0.0.0.0',
      '255.0.0.0',
      '255.255.240.0',
      '255.255.255.255',
    ]);
  });

  it('a bridge without a working port is down, whatever its flags', () => {
    assert.equal(linkState('up', '0x1003'), 'up');
    assert.equal(linkState('down', '0x1003'), 'down');
    assert.equal(linkState('unknown', '0x1003'), 'up');
    assert.equal(linkState('unknown', '0x1002'), 'down');
  });

  it('reads resolv.conf', () => {
    assert.deepEqual(parseNameservers('# x\nnameserver 10.0.0.1\nsearch a\n nameserver ::1\n'), [
      '10.0.0.1',
      '::1',
    ]);
  });
});

describe('host', () => {
  const facts = { kvmUsable: true, machines: [], cpuModels: [] };
  it('cluster levels follow the versions of libvirt and QEMU', () => {
    const top = (libraryVersion: string, hypervisorVersion: string) =>
      clusterLevels({ ...facts, libraryVersion, hypervisorVersion }).at(-1);
    assert.equal(top('7.10.0', '9.1.0'), '4.6');
    assert.equal(top('9.0.0', '7.2.0'), '4.7');
    assert.equal(top('10.10.0', '9.0.0'), '4.7');
    assert.equal(top('10.10.0', '9.1.0'), '4.8');
  });

  it('reads os-release with and without quotes', () => {
    const os = operatingSystem('NAME="Debian GNU/Linux"\nVERSION_ID=12\n');
    assert.deepEqual([os.name, os.version, os.release], ['Debian GNU/Linux', '12', '']);
  });

  it('reads processor lists and writes dates as VDSM does', () => {
    assert.deepEqual(expandList('0-2,5'), [0, 1, 2, 5]);
    assert.deepEqual(expandList(''), []);
    assert.equal(dateTime(0), '1970-01-01T00:00:00 GMT');
  });
});
