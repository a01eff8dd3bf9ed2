import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostedEngineConf } from '@hosted-engine/formats';
import { networkTestOf } from '../../src/config/network-test.js';

type Keys = Partial<
  Pick<
    HostedEngineConf,
    | 'gateway'
    | 'networkTest'
    | 'tcpTestAddress'
    | 'tcpTestPort'
    | 'networkTestTargets'
    | 'networkTestRequired'
  >
>;
/** The other keys play no part here. */
const conf = (keys: Keys): HostedEngineConf => keys as HostedEngineConf;
const GATEWAY = { kind: 'ping', address: '192.0.2.1' } as const;

const ROWS: readonly (readonly [string, Keys, readonly unknown[], number])[] = [
  ['the gateway by ping, unless told otherwise', { gateway: '192.0.2.1' }, [GATEWAY], 1],
  ['nothing', { networkTest: 'none', networkTestTargets: '192.0.2.9' }, [], 0],
  [
    'the resolvers of this host',
    { networkTest: 'dns', gateway: '192.0.2.1' },
    [{ kind: 'dns', resolver: undefined }],
    1,
  ],
  [
    'a port',
    { networkTest: 'tcp', tcpTestAddress: 'nas', tcpTestPort: 2049 },
    [{ kind: 'tcp', address: 'nas', port: 2049 }],
    1,
  ],
  [
    'more targets, of the same kind and of others; half of them must answer',
    {
      gateway: '192.0.2.1',
      networkTestTargets:
        '192.0.2.2, dns:[2001:db8::53] ,tcp:[2001:db8::1]:443,ping:sw.example.com',
    },
    [
      GATEWAY,
      { kind: 'ping', address: '192.0.2.2' },
      { kind: 'dns', resolver: '2001:db8::53' },
      { kind: 'tcp', address: '2001:db8::1', port: 443 },
      { kind: 'ping', address: 'sw.example.com' },
    ],
    3,
  ],
  [
    'one of two is enough, unless told otherwise',
    { gateway: '192.0.2.1', networkTestTargets: '192.0.2.2', networkTestRequired: 2 },
    [GATEWAY, { kind: 'ping', address: '192.0.2.2' }],
    2,
  ],
  [
    'a list without a gateway',
    { networkTestTargets: '192.0.2.2' },
    [{ kind: 'ping', address: '192.0.2.2' }],
    1,
  ],
];

for (const [name, keys, targets, required] of ROWS) {
  test(`tests ${name}`, () => {
    assert.deepEqual(networkTestOf(conf(keys)), { targets, required });
  });
}

const WRONG: readonly (readonly [string, Keys, RegExp])[] = [
  ['an unknown kind', { networkTest: 'icmp', gateway: 'x' }, /ping, dns, tcp or none, not icmp/],
  ['ping of nothing', {}, /gateway is missing/],
  ['tcp of nothing', { networkTest: 'tcp' }, /tcp_t_address is missing/],
  ['tcp without a port', { networkTest: 'tcp', tcpTestAddress: 'nas' }, /tcp_t_port is missing/],
  ['a target without its port', { networkTestTargets: 'tcp:nas' }, /tcp:nas has no port/],
  ['an option for an address', { networkTestTargets: '-f' }, /-f is no address/],
  [
    'more required than there are',
    { gateway: '192.0.2.1', networkTestRequired: 2 },
    /network_test_required is 2, but there are 1 targets/,
  ],
];

for (const [name, keys, message] of WRONG) {
  test(`refuses ${name}`, () => {
    assert.throws(() => networkTestOf(conf(keys)), message);
  });
}
