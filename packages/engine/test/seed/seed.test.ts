import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSeed, type SeedFiles } from '../../src/seed/seed.js';

const USER_DATA = `#cloud-config
hostname: engine
fqdn: Engine.lab.test
hosted_engine:
  admin_password: "p: '#\\"w"
  ca_certificate: |
    -----BEGIN CERTIFICATE-----
    AAAA
    -----END CERTIFICATE-----
  ca_key: |
    -----BEGIN PRIVATE KEY-----
    BBBB
    -----END PRIVATE KEY-----
ssh_pwauth: false
`;

const STATIC = `version: 2
ethernets:
  engine:
    match:
      macaddress: "52:54:00:AA:BB:CC"
    dhcp4: false
    addresses:
      - 10.88.1.100/24
    gateway4: 10.88.1.1
    nameservers:
      addresses:
        - 10.88.1.1
      search: [lab.test]
`;

const FILES: SeedFiles = {
  userData: USER_DATA,
  metaData: 'instance-id: one\n',
  networkConfig: STATIC,
};

test('takes name, secrets and network from the seed', () => {
  const seed = parseSeed(FILES);
  assert.equal(seed.fqdn, 'engine.lab.test');
  assert.equal(seed.adminPassword, `p: '#"w`);
  assert.equal(
    seed.caCertificate,
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
  );
  assert.equal(seed.caKey, '-----BEGIN PRIVATE KEY-----\nBBBB\n-----END PRIVATE KEY-----\n');
  assert.deepEqual(seed.networkLines, [
    'hostname engine.lab.test',
    'link engine 52:54:00:aa:bb:cc',
    'address engine 10.88.1.100/24',
    'gateway engine 10.88.1.1',
    'nameserver 10.88.1.1',
    'search lab.test',
  ]);
});

test('DHCP, and no network-config at all', () => {
  const dhcp = 'version: 2\nethernets:\n  eth0:\n    dhcp4: true\n';
  assert.deepEqual(parseSeed({ ...FILES, networkConfig: dhcp }).networkLines.slice(1), [
    'link eth0 eth0',
    'dhcp eth0',
  ]);
  assert.deepEqual(parseSeed({ ...FILES, networkConfig: '' }).networkLines.slice(1), [
    'link eth0 eth0',
    'dhcp eth0',
  ]);
});

test('the host name may come from meta-data', () => {
  const userData = USER_DATA.replace(/^(hostname|fqdn):.*\n/gm, '');
  const seed = parseSeed({ ...FILES, userData, metaData: 'local-hostname: other.test\n' });
  assert.equal(seed.fqdn, 'other.test');
});

const REFUSED: readonly [string, Partial<SeedFiles>, RegExp][] = [
  ['no #cloud-config', { userData: 'fqdn: x\n' }, /#cloud-config/],
  ['no hosted_engine', { userData: '#cloud-config\nfqdn: x\n' }, /hosted_engine/],
  [
    'no password',
    { userData: USER_DATA.replace(/ {2}admin_password.*\n/, '') },
    /hosted_engine\.admin_password/,
  ],
  ['a host name with a blank', { userData: USER_DATA.replace('Engine.lab', 'a b') }, /host name/],
  ['version 1', { networkConfig: 'version: 1\nconfig: []\n' }, /network-config, version/],
  [
    'an address without length',
    { networkConfig: STATIC.replace('100/24', '100') },
    /addresses: "10\.88\.1\.100"/,
  ],
  [
    'a shell command as interface name',
    { networkConfig: STATIC.replace(/match:\n.*\n/, 'match:\n      name: "$(reboot)"\n') },
    /no plain name/,
  ],
  ['an unknown setting', { networkConfig: STATIC.replace('dhcp4', 'dhpc4') }, /dhpc4/],
];

for (const [name, files, message] of REFUSED) {
  test(`refuses ${name}`, () => {
    assert.throws(() => parseSeed({ ...FILES, ...files }), message);
  });
}

test('no error message repeats a secret', () => {
  const broken = USER_DATA.replace('-----BEGIN PRIVATE KEY-----', 'BBBBBEGIN');
  assert.throws(
    () => parseSeed({ ...FILES, userData: broken.replace('PRIVATE KEY-----', '') }),
    (error) => error instanceof Error && !error.message.includes('BBBB'),
  );
});
