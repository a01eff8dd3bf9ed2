import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HeError } from '@hosted-engine/ports';
import {
  type DomainFill,
  domainXmlFromVmConf,
  fillDomainXml,
  readDomainXml,
} from '../../src/index.js';
import { parseXml } from '../../src/xml/parse-xml.js';
import { elementAt, elementsOf, textOf } from '../../src/xml/xml-tree.js';
import { DOMAIN_ID, sampleWith, VM_ID, VOLUME_ID } from './sample-conf.js';

const PATH = '/rhev/data-center/mnt/a:b/sd/images/i/v';
const LEASE = { path: `${PATH}.lease`, offset: 0 };
const FILL: DomainFill = {
  volumes: new Map([[VOLUME_ID, { path: PATH, lease: LEASE }]]),
  host: { osName: 'Debian', osVersion: '12', serial: 'h & s' },
  emulation: false,
};

function refusedFor(why: RegExp): (thrown: unknown) => boolean {
  return (thrown) =>
    thrown instanceof HeError && thrown.code === 'HE_CONFIG_INVALID' && why.test(thrown.message);
}

/** As an engine writes it: block device before, lease with placeholders, labels on the source. */
function engineXml(devices: string): string {
  return `<domain type="kvm" xmlns:ovirt-vm="http://ovirt.org/vm/1.0"><uuid>${VM_ID}</uuid>
  <memory>1048576</memory><metadata><ovirt-vm:vm>
    <ovirt-vm:device devtype="disk" name="sda"><ovirt-vm:poolID>p</ovirt-vm:poolID>
      <ovirt-vm:volumeID>${VOLUME_ID}</ovirt-vm:volumeID><ovirt-vm:imageID>i</ovirt-vm:imageID>
      <ovirt-vm:domainID>${DOMAIN_ID}</ovirt-vm:domainID><ovirt-vm:shared>exclusive</ovirt-vm:shared>
    </ovirt-vm:device></ovirt-vm:vm></metadata>
  <devices>${devices}<emulator>text</emulator></devices><!-- end --></domain>`;
}

const ENGINE_DISK =
  '<disk type="block" device="disk"><source dev="/dev/x" index="1"><seclabel model="dac" type="none" relabel="no"/></source><target dev="sda" bus="scsi"/></disk>';

describe('fillDomainXml()', () => {
  test('puts paths, lease places and facts of the host into our own XML', () => {
    const xml = fillDomainXml(domainXmlFromVmConf(sampleWith(), { emulation: false }), FILL);
    const domain = parseXml(xml);
    const devices = elementAt(domain, 'devices') ?? domain;
    const disk = elementsOf(devices, 'disk')[1] ?? domain;
    assert.equal(elementAt(disk, 'source')?.attributes['file'], PATH);
    const [lease, ...more] = readDomainXml(xml).leases;
    assert.deepEqual(lease, {
      lockspace: DOMAIN_ID,
      key: VOLUME_ID,
      path: LEASE.path,
      offset: '0',
    });
    assert.deepEqual(more, []);
    const entries = elementsOf(elementAt(domain, 'sysinfo', 'system') ?? domain, 'entry');
    assert.deepEqual(entries.map(textOf), ['oVirt', 'Debian', '12', 'h & s', VM_ID]);
  });

  test('changes in an engine’s XML only what it must, and adds a lease that is missing', () => {
    const given = engineXml(ENGINE_DISK);
    const expected = engineXml(ENGINE_DISK)
      .replace('type="block"', 'type="file"')
      .replace('dev="/dev/x" index="1"', `index="1" file="${PATH}"`)
      .replace(
        '</emulator>',
        `</emulator><lease><lockspace>${DOMAIN_ID}</lockspace><key>${VOLUME_ID}</key>` +
          `<target path="${LEASE.path}" offset="0"/></lease>`,
      );
    assert.equal(fillDomainXml(given, FILL), expected.replaceAll('"', "'"));
  });

  test('emulation overrides what the XML asks for', () => {
    const xml = fillDomainXml(engineXml(ENGINE_DISK), { ...FILL, emulation: true });
    assert.match(xml, /^<domain type='qemu'/);
  });

  test('a lease of something else keeps its place', () => {
    const own =
      '<lease><lockspace>l</lockspace><key>k</key><target path="/xleases" offset="3145728"/></lease>';
    const xml = fillDomainXml(engineXml(`${ENGINE_DISK}${own}`), FILL);
    assert.ok(xml.includes(own.replaceAll('"', "'")));
  });

  test('never lets an exclusive disk pass without its lease', () => {
    const bare = { ...FILL, volumes: new Map([[VOLUME_ID, { path: PATH }]]) };
    assert.throws(() => fillDomainXml(engineXml(ENGINE_DISK), bare), refusedFor(/has no leases/));
  });

  test('refuses what stays open', () => {
    const open = { ...FILL, volumes: new Map() };
    assert.throws(() => fillDomainXml(engineXml(ENGINE_DISK), open), refusedFor(/not prepared/));
    assert.throws(() => fillDomainXml(engineXml(''), FILL), refusedFor(/"sda" that is not there/));
    const strange =
      '<lease><lockspace>l</lockspace><key>k</key><target path="LEASE-PATH:k:l" offset="LEASE-OFFSET:k:l"/></lease>';
    assert.throws(
      () => fillDomainXml(engineXml(ENGINE_DISK + strange), FILL),
      refusedFor(/no lease known for volume k/),
    );
    assert.throws(() => fillDomainXml('<domain/>', FILL), refusedFor(/no devices/));
  });
});

describe('readDomainXml()', () => {
  test('reads memory in any unit', () => {
    for (const [memory, kib] of [
      ['<memory>7</memory>', 7],
      ["<memory unit='MiB'>2</memory>", 2048],
      ["<memory unit='b'>1025</memory>", 2],
    ] as const) {
      const xml = `<domain><uuid>${VM_ID.toUpperCase()}</uuid>${memory}</domain>`;
      assert.equal(readDomainXml(xml).memoryKiB, kib);
      assert.equal(readDomainXml(xml).vmId, VM_ID);
    }
  });

  test('refuses a domain without uuid or memory', () => {
    assert.throws(() => readDomainXml('<domain/>'), refusedFor(/no uuid/));
    const empty = `<domain><uuid>${VM_ID}</uuid></domain>`;
    assert.throws(() => readDomainXml(empty), refusedFor(/no memory/));
  });
});
