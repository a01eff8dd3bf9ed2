import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  FormatError,
  formatHaConf,
  formatHostedEngineConf,
  type HostedEngineConf,
  KeyValueDocument,
  parseHaConf,
  parseHostedEngineConf,
} from '../src/index.js';

const CONF: HostedEngineConf = {
  fqdn: 'engine.lab.test',
  vmId: '8b6f3f0a-77c1-4f0e-8a55-6e0b8a1d2c34',
  engineDisk: { imageId: 'e-img', volumeId: 'e-vol' },
  lockspace: { imageId: 'l-img', volumeId: 'l-vol' },
  metadata: { imageId: 'm-img', volumeId: 'm-vol' },
  configuration: { imageId: 'c-img', volumeId: 'c-vol' },
  storage: '/srv/shared storage',
  domainType: 'posixfs',
  mntOptions: 'direct_io',
  vfsType: 'fuse.bindfs',
  nfsVersion: undefined,
  sdUuid: 'sd',
  spUuid: '00000000-0000-0000-0000-000000000000',
  connectionUuid: 'conn',
  hostId: 2,
  vmConfPath: '/run/ovirt-hosted-engine-ha/vm.conf',
  gateway: '10.88.1.1',
  bridge: 'ovirtmgmt',
  console: 'vnc',
  vdsmUseSsl: true,
  networkTest: 'ping',
  tcpTestAddress: undefined,
  tcpTestPort: undefined,
  networkTestTargets: undefined,
  networkTestRequired: undefined,
  serviceStartTimeS: undefined,
};

const lineText = fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text));

describe('key=value document', () => {
  test('gives back whatever was set, and keeps the rest', () => {
    const keys = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,10}$/);
    fc.assert(
      fc.property(fc.dictionary(keys, lineText), (values) => {
        let document = KeyValueDocument.parse('# kept\nkept1=yes\n\n');
        for (const [key, value] of Object.entries(values)) document = document.with(key, value);
        const again = KeyValueDocument.parse(document.toString());
        assert.deepEqual(Object.fromEntries(again.entries()), { kept1: 'yes', ...values });
        assert.ok(again.toString().startsWith('# kept\nkept1='));
      }),
      // U+2028 ends a line for a regular expression, but not for a shell.
      { examples: [[{ A: '\u2028' }]] },
    );
  });

  test('quotes and comments are read as a shell reads them', () => {
    const document = KeyValueDocument.parse(
      [
        'a="C=XX, L=Lab" # comment',
        'b=\'$HOME\'"x"\\ y',
        'c=1 # one',
        'd=C=XX, L=old style',
        'e=',
        '#f=1',
        ' g=2',
        'h="say \\"hi\\" \\n"',
        'i=a#b',
      ].join('\n'),
    );
    assert.deepEqual(Object.fromEntries(document.entries()), {
      a: 'C=XX, L=Lab',
      b: '$HOMEx y',
      c: '1',
      d: 'C=XX, L=old style',
      e: '',
      g: '2',
      h: 'say "hi" \\n',
      i: 'a#b',
    });
  });

  test('the last of equal keys counts, and is the one that is changed', () => {
    const document = KeyValueDocument.parse('a=1\na=2\n');
    assert.equal(document.get('a'), '2');
    assert.equal(document.with('a', '3').toString(), 'a=1\na=3\n');
    assert.equal(document.without('a').toString(), '');
  });

  test('a value of two lines is refused', () => {
    assert.throws(() => KeyValueDocument.parse('').with('a', 'b\nc=d'), FormatError);
    assert.throws(() => KeyValueDocument.parse('').with('a b', 'c'), FormatError);
  });
});

describe('hosted-engine.conf', () => {
  test('reads back what was written', () => {
    assert.deepEqual(parseHostedEngineConf(formatHostedEngineConf(CONF), 'f'), CONF);
  });

  test('a rewrite keeps comments and keys of others', () => {
    const base = `# by hand\nfqdn=old\niqn=iqn.2026-01.x\nnfs_version=v4\n`;
    const text = formatHostedEngineConf(CONF, base);
    assert.ok(
      text.startsWith('# by hand\nfqdn=engine.lab.test\niqn=iqn.2026-01.x\nvm_disk_id='),
      text,
    );
    assert.ok(!text.includes('nfs_version'));
  });

  test('both spellings of the start time-out are read', () => {
    const text = formatHostedEngineConf(CONF);
    for (const key of ['service_start_time', 'service_start_timeout']) {
      assert.equal(parseHostedEngineConf(`${text}${key}=7\n`, 'f').serviceStartTimeS, 7);
    }
  });

  test('every missing or senseless key is named', () => {
    const text = formatHostedEngineConf(CONF)
      .replace(/^fqdn=.*\n/m, '')
      .replace(/^host_id=.*$/m, 'host_id=two')
      .replace(/^domainType=.*$/m, 'domainType=floppy');
    assert.throws(
      () => parseHostedEngineConf(text, 'hosted-engine.conf'),
      (error) =>
        error instanceof FormatError &&
        ['fqdn', 'host_id', 'domainType'].every((key) =>
          error.problems.some((problem) => problem.key === key),
        ),
    );
  });
});

describe('ha.conf', () => {
  test('reads back what was written', () => {
    for (const localMaintenance of [true, false]) {
      for (const localMaintenanceManual of [true, false]) {
        for (const localMaintenanceForced of [true, false]) {
          const conf = { localMaintenance, localMaintenanceManual, localMaintenanceForced };
          assert.deepEqual(parseHaConf(formatHaConf(conf), 'ha.conf'), conf);
        }
      }
    }
  });

  test('missing keys are off; garbage is an error, not off', () => {
    assert.equal(parseHaConf('', 'ha.conf').localMaintenance, false);
    assert.throws(() => parseHaConf('local_maintenance=maybe\n', 'ha.conf'), FormatError);
    assert.throws(() => parseHaConf('local_maintenance=\n', 'ha.conf'), FormatError);
  });
});
