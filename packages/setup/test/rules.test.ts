import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nearest } from '../src/answers/nearest.js';
import * as rules from '../src/answers/rules.js';
import { chooseHostId, type HostIdUse } from '../src/checks/host-id.js';
import { setLibvirtValue } from '../src/render/libvirt-conf.js';
import { stringify } from '../src/render/yaml.js';
import { mountPoint, normalConnection } from '../src/storage-target.js';

const RULES: readonly [string, rules.Rule<string>, readonly string[], readonly string[]][] = [
  [
    'fqdn',
    rules.fqdn,
    ['engine', 'engine.lab.test', 'e-1.x'],
    ['', '10.0.0.1', '::1', 'a_b', '-a', 'a..b', 'a.', 'localhost', 'x'.repeat(1001)],
  ],
  ['name', rules.name, ['hosted_storage', 'A-1'], ['', 'a b', 'ä', 'x'.repeat(51)]],
  [
    'macAddress',
    rules.macAddress,
    ['00:16:3E:00:00:01', '02:00:00:00:00:00'],
    [
      '',
      '00:16:3e:00:00',
      '01:00:00:00:00:00',
      'ff:ff:ff:ff:ff:ff',
      '00:00:00:00:00:00',
      '0:1:2:3:4:5',
    ],
  ],
  [
    'cidr',
    rules.cidr,
    ['10.0.0.1/24', '10.0.0.1/32'],
    ['10.0.0.1', '10.0.0.1/0', '10.0.0.1/33', '10.0.0/24', '10.0.0.1/24/1', '10.0.0.1/x'],
  ],
  [
    'addressList',
    rules.addressList,
    ['10.0.0.1', '10.0.0.1, 10.0.0.2,::1'],
    ['', 'a', '1.1.1.1,1.1.1.2,1.1.1.3,1.1.1.4'],
  ],
  ['password', rules.password, ['x', 'p w: "#"', 'ä'], ['', 'a\nb', 'a\u0000']],
  [
    'uuid',
    rules.uuid,
    ['5f1d0a52-3c46-4a6e-9d3a-0b1f7c2e9a10'],
    ['', '5F1D0A52-3c46-4a6e-9d3a-0b1f7c2e9a10', '5f1d0a52'],
  ],
  [
    'interfaceName',
    rules.interfaceName,
    ['ovirtmgmt', 'br0.1'],
    ['', 'a b', 'x'.repeat(16), 'a/b'],
  ],
  ['mailAddresses', rules.mailAddresses, ['root@localhost', 'a-b@c.d, e@f'], ['', 'root', 'a@b,']],
  ['mountOptions', rules.mountOptions, ['', 'direct_io', 'a=b,c'], ['a b', 'a\tb']],
  [
    'fingerprint',
    rules.fingerprint,
    [`${'ab:'.repeat(31)}cd`, 'AB'.repeat(32)],
    ['', 'ab', 'zz'.repeat(32)],
  ],
];

describe('rules', () => {
  for (const [name, rule, good, bad] of RULES) {
    test(name, () => {
      for (const value of good) assert.equal(rule(value), undefined, value);
      for (const value of bad) assert.notEqual(rule(value), undefined, value);
    });
  }
});

describe('nearest', () => {
  const keys = ['OVEHOSTED_NETWORK/fqdn', 'OVEHOSTED_NETWORK/gateway'];
  test('a slip is recognized, something else is not', () => {
    assert.equal(nearest('OVEHOSTED_NETWORK/fqnd', keys), keys[0]);
    assert.equal(nearest('ovehosted_network/gatway', keys), keys[1]);
    assert.equal(nearest('colour', keys), undefined);
  });
});

describe('chooseHostId', () => {
  const by = (hostId: number, isSelf = false) => ({ hostId, by: `host${hostId}`, isSelf });
  const ask =
    (wanted: number | undefined, uses: HostIdUse[], mayReuseOwn = false) =>
    () =>
      chooseHostId({ wanted, uses, mayReuseOwn });

  test('the lowest free id from 2 on', () => {
    assert.equal(ask(undefined, [])(), 2);
    assert.equal(ask(undefined, [by(1), by(2), by(4)])(), 3);
  });
  test('a wanted id that is free', () => assert.equal(ask(5, [by(1)])(), 5));
  test('a taken one is refused, with the lowest free one', () => {
    assert.throws(ask(2, [by(1), by(2)]), { code: 'HE_HOST_ID_TAKEN', message: /in use by host2/ });
    assert.throws(ask(2, [by(1), by(2)]), { remedy: /hostID=int:3/ });
  });
  test("1 is the first host's, though its slot may be unreadable", () => {
    assert.throws(ask(1, []), {
      code: 'HE_HOST_ID_TAKEN',
      message: 'host id 1 is in use by the first host',
    });
  });
  test('the first host is named when it says its name', () => {
    assert.throws(ask(1, [{ ...by(1), hostname: 'host1.lab.test' }]), {
      message: 'host id 1 is in use by the first host (host1.lab.test)',
    });
    assert.throws(ask(1, [by(1)]), { message: 'host id 1 is in use by the first host' });
  });
  test('its own id is free for a host that is set up again, and taken otherwise', () => {
    assert.throws(ask(2, [by(1), by(2, true)]), { code: 'HE_HOST_ID_TAKEN' });
    assert.equal(ask(2, [by(1), by(2, true)], true)(), 2);
    assert.equal(ask(undefined, [by(1), by(3, true)], true)(), 3);
  });
  test('2000 hosts are all there can be', () => {
    const all = Array.from({ length: 2000 }, (_, index) => by(index + 1));
    assert.throws(ask(undefined, all), { code: 'HE_HOST_ID_TAKEN' });
  });
});

describe('files of others', () => {
  test('a setting of libvirt is added, replaced, and left alone when it is right', () => {
    assert.equal(setLibvirtValue('', 'lock_manager', 'sanlock'), 'lock_manager = "sanlock"\n');
    assert.equal(
      setLibvirtValue('# lock_manager = "x"\nuser = "root"\n', 'lock_manager', 'sanlock'),
      '# lock_manager = "x"\nuser = "root"\nlock_manager = "sanlock"\n',
    );
    assert.equal(
      setLibvirtValue('lock_manager="lockd"\na = 1\n', 'lock_manager', 'sanlock'),
      'a = 1\nlock_manager = "sanlock"\n',
    );
    const right = 'a = 1\nlock_manager="sanlock" # mine\n';
    assert.equal(setLibvirtValue(right, 'lock_manager', 'sanlock'), right);
    assert.equal(setLibvirtValue('listen_tls = 0\n', 'listen_tls', 1), 'listen_tls = 1\n');
    assert.equal(setLibvirtValue('listen_tls = 1\n', 'listen_tls', 1), 'listen_tls = 1\n');
  });
});

describe('seed documents', () => {
  test('texts are quoted, PEM is a block', () => {
    assert.equal(
      stringify({ a: 'x: "#', n: 2, b: { pem: 'one\ntwo\n', list: ['p', 'q'] }, t: true }),
      'a: "x: \\"#"\nn: 2\nb:\n  pem: |\n    one\n    two\n  list: ["p", "q"]\nt: true\n',
    );
  });
  test('a text that a block would change is quoted', () => {
    assert.equal(stringify({ a: 'one\n\n' }), 'a: "one\\n\\n"\n');
    assert.equal(stringify({ a: ' one\n' }), 'a: " one\\n"\n');
  });
});

describe('storage connections', () => {
  test('are spelled as VDSM does', () => {
    assert.equal(normalConnection(' nas:/a//b/ '), 'nas:/a/b');
    assert.equal(normalConnection('nas:/'), 'nas:/');
    const target = { vfsType: undefined, mountOptions: undefined };
    assert.equal(
      mountPoint({ ...target, domainType: 'nfs', connection: 'nas:/exp_a/b' }),
      '/rhev/data-center/mnt/nas:_exp__a_b',
    );
    assert.equal(
      mountPoint({ ...target, domainType: 'glusterfs', connection: 'nas:/vol' }),
      '/rhev/data-center/mnt/glusterSD/nas:_vol',
    );
  });
});
