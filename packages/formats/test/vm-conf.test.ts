import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  FormatError,
  formatVmConf,
  parseVmConf,
  type VmConf,
  type VmSpec,
  vmConfFromParams,
} from '../src/index.js';

const SAMPLE = `# the engine VM
vmId=8b6f3f0a-77c1-4f0e-8a55-6e0b8a1d2c34
memSize = 4096
display=vnc
devices={index:2,iface:ide,address:{controller:0,target:0,unit:0,bus:1,type:drive},specParams:{},readonly:true,path:,device:cdrom,shared:false,type:disk}
  devices={nicModel:pv,macAddr:00:16:3e:2a:4b:6c,linkActive:true,network:ovirtmgmt, device:bridge, type:interface}
vmName=HostedEngine   # as everywhere
launchPaused
custom_flow=a=b
drive=pool:p,domain:d,image:i,volume:v,boot:true
cpuType=Westmere,+aes,-vmx
`;

test('reads settings, devices, drives and custom settings', () => {
  assert.deepEqual(parseVmConf(SAMPLE), {
    settings: {
      vmId: '8b6f3f0a-77c1-4f0e-8a55-6e0b8a1d2c34',
      memSize: '4096',
      display: 'vnc',
      vmName: 'HostedEngine',
      launchPaused: '',
      cpuType: 'Westmere,+aes,-vmx',
    },
    custom: { flow: 'a=b' },
    devices: [
      {
        index: '2',
        iface: 'ide',
        address: { controller: '0', target: '0', unit: '0', bus: '1', type: 'drive' },
        specParams: {},
        readonly: 'true',
        path: '',
        device: 'cdrom',
        shared: 'false',
        type: 'disk',
      },
      {
        nicModel: 'pv',
        macAddr: '00:16:3e:2a:4b:6c',
        linkActive: 'true',
        network: 'ovirtmgmt',
        device: 'bridge',
        type: 'interface',
      },
    ],
    drives: [{ poolID: 'p', domainID: 'd', imageID: 'i', volumeID: 'v', boot: 'true' }],
    guestNumaNodes: [],
  });
});

test('the last of equal keys counts, CRLF is white space, an empty file is empty', () => {
  assert.deepEqual(parseVmConf('smp=1\r\nsmp=2\r\n').settings, { smp: '2' });
  assert.deepEqual(parseVmConf('').devices, []);
});

test('every malformed line is named', () => {
  const text = [
    'vmId=x',
    '=1',
    'devices={type:disk',
    'devices={type}',
    'devices={a:b}c',
    'devices={a:{b:c}',
    'devices={a:b{c}',
    'devices={:x}',
    'custom_=1',
    `devices=${'{a:'.repeat(30)}`,
  ].join('\n');
  assert.throws(
    () => parseVmConf(text, '/x/vm.conf'),
    (thrown) => {
      assert.ok(thrown instanceof FormatError);
      assert.deepEqual(
        thrown.problems.map(({ line }) => line),
        [2, 3, 4, 5, 6, 7, 8, 9, 10],
      );
      assert.match(thrown.message, /^\/x\/vm\.conf:2: has no key\n/);
      return true;
    },
  );
});

describe('formatVmConf()', () => {
  test('writes settings first, then devices', () => {
    const text = formatVmConf(parseVmConf('devices={a:{},b:c:d}\nvmName=x\ncustom_k=v\n'));
    assert.equal(text, 'vmName=x\ncustom_k=v\ndevices={a:{},b:c:d}\n');
  });

  test('refuses what has no spelling', () => {
    const empty: VmConf = { settings: {}, custom: {}, devices: [], drives: [], guestNumaNodes: [] };
    const cases: Partial<VmConf>[] = [
      { settings: { vmName: 'two words' } },
      { settings: { 'a=b': 'x' } },
      { settings: { devices: '{}' } },
      { settings: { custom_x: 'y' } },
      { settings: { x: 'a#b' } },
      { devices: [{ path: 'a,b' }] },
      { devices: [{ path: '{' }] },
      { devices: [{ 'a:b': 'x' }] },
      { custom: { '': 'x' } },
    ];
    for (const part of cases) {
      assert.throws(() => formatVmConf({ ...empty, ...part }), FormatError, JSON.stringify(part));
    }
  });

  const key = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/);
  const value = fc.stringMatching(/^[^\s#,{}]{0,12}$/u);
  const { spec } = fc.letrec<{ spec: VmSpec; inner: VmSpec | string }>((tie) => ({
    spec: fc.dictionary(key, tie('inner'), { maxKeys: 5 }),
    inner: fc.oneof({ maxDepth: 3, depthIdentifier: 'spec' }, value, tie('spec')),
  }));
  const setting = key.filter((name) => !/^(devices|drive|guestNumaNodes|custom_.*)$/.test(name));
  const conf = fc.record({
    settings: fc.dictionary(setting, fc.stringMatching(/^[^\s#]{0,20}$/u)),
    custom: fc.dictionary(key, fc.stringMatching(/^[^\s#]{0,20}$/u)),
    devices: fc.array(spec, { maxLength: 4 }),
    drives: fc.array(spec, { maxLength: 2 }),
    guestNumaNodes: fc.array(spec, { maxLength: 2 }),
  });

  test('what was written is what is read', () => {
    fc.assert(
      fc.property(conf, (given) => {
        const read = parseVmConf(formatVmConf(given));
        assert.deepEqual(JSON.parse(JSON.stringify(read)), JSON.parse(JSON.stringify(given)));
      }),
    );
  });

  test('any text is either read or refused with FormatError', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'devics=:,{}#\n aD') }), (text) => {
        try {
          parseVmConf(text);
        } catch (thrown) {
          assert.ok(thrown instanceof FormatError);
        }
      }),
    );
  });
});

test('the same definition comes as an object of VM.create', () => {
  const conf = vmConfFromParams({
    vmId: 'v',
    memSize: 4096,
    kvmEnable: true,
    custom: { k: 1 },
    devices: [{ type: 'disk', index: 0, readonly: false, address: { slot: '0x06' }, path: null }],
  });
  assert.deepEqual(conf, {
    settings: { vmId: 'v', memSize: '4096', kvmEnable: 'true' },
    custom: { k: '1' },
    devices: [{ type: 'disk', index: '0', readonly: 'false', address: { slot: '0x06' } }],
    drives: [],
    guestNumaNodes: [],
  });
  for (const devices of ['x', [1], [{ a: [] }]]) {
    assert.throws(() => vmConfFromParams({ devices }), FormatError);
  }
});
