import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OvfError, parseManifest, parseOvf, readPax, readTarHeader } from '../src/index.js';
import { encodeTar } from '../src/tar.js';

const GIB = 1024 ** 3;

const STANDARD = `<?xml version="1.0" encoding="UTF-8"?>
<!-- made by hand -->
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
    xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData">
  <References><File ovf:href="engine-disk1.vmdk" ovf:id="file1" ovf:size="1048576"/></References>
  <DiskSection><Info>disks</Info>
    <Disk ovf:capacity="50" ovf:capacityAllocationUnits="byte * 2^30" ovf:diskId="vmdisk1" ovf:fileRef="file1"
      ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <VirtualSystem ovf:id="engine"><Name>engine &amp; more</Name>
    <VirtualHardwareSection>
      <Item><rasd:AllocationUnits>hertz * 10^6</rasd:AllocationUnits><rasd:InstanceID>1</rasd:InstanceID>
        <rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>4</rasd:VirtualQuantity></Item>
      <Item><rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits>
        <rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>8192</rasd:VirtualQuantity></Item>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>`;

const OVIRT = `<?xml version='1.0' encoding='UTF-8'?>
<ovf:Envelope xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1/" xmlns:rasd="r" xmlns:xsi="x" ovf:version="0.9">
  <References><File ovf:href="aaaa/bbbb" ovf:id="bbbb" ovf:size="734003200"/></References>
  <Section xsi:type="ovf:DiskSection_Type"><Info>List of Virtual Disks</Info>
    <Disk ovf:diskId="aaaa" ovf:size="50" ovf:actual_size="1" ovf:fileRef="aaaa/bbbb" ovf:volume-format="COW" ovf:disk-alias="engine"/>
  </Section>
  <Content ovf:id="out" xsi:type="ovf:VirtualSystem_Type"><Name>HostedEngine</Name>
    <Section xsi:type="ovf:VirtualHardwareSection_Type">
      <Item><rasd:Caption>2 virtual cpu</rasd:Caption><rasd:ResourceType>3</rasd:ResourceType>
        <rasd:num_of_sockets>2</rasd:num_of_sockets><rasd:cpu_per_socket>3</rasd:cpu_per_socket></Item>
      <Item><rasd:Caption>4096 MB of memory</rasd:Caption><rasd:ResourceType>4</rasd:ResourceType>
        <rasd:AllocationUnits>MegaBytes</rasd:AllocationUnits><rasd:VirtualQuantity>4096</rasd:VirtualQuantity></Item>
    </Section>
  </Content>
</ovf:Envelope>`;

describe('OVF descriptors', () => {
  test('of the standard', () => {
    assert.deepEqual(parseOvf(STANDARD), {
      name: 'engine & more',
      vCpus: 4,
      memoryMiB: 8192,
      disks: [
        { file: 'engine-disk1.vmdk', capacity: 50 * GIB, fileSize: 1_048_576, isGzip: false },
      ],
    });
  });

  test("of oVirt: sizes in GiB, sockets and cores, a path for the file's reference", () => {
    assert.deepEqual(parseOvf(OVIRT), {
      name: 'HostedEngine',
      vCpus: 6,
      memoryMiB: 4096,
      disks: [{ file: 'aaaa/bbbb', capacity: 50 * GIB, fileSize: undefined, isGzip: false }],
    });
  });

  test('without sizes they are not known, and a compressed file is told', () => {
    const text = `<Envelope><References><File href="d.img.gz" id="f" compression="gzip"/></References>
      <DiskSection><Disk fileRef="f"/></DiskSection></Envelope>`;
    assert.deepEqual(parseOvf(text), {
      name: undefined,
      vCpus: undefined,
      memoryMiB: undefined,
      disks: [{ file: 'd.img.gz', capacity: undefined, fileSize: undefined, isGzip: true }],
    });
  });

  const REFUSED: readonly (readonly [string, string, RegExp])[] = [
    ['no XML', '<Envelope><Item>', /is no XML/],
    ['another document', '<html></html>', /no OVF envelope/],
    ['two machines', STANDARD.replace('</Envelope>', '<Content/></Envelope>'), /2 machines/],
    ['a unit of nowhere', STANDARD.replace('byte * 2^20', 'furlongs'), /"furlongs" is no unit/],
    ['memory of nothing', STANDARD.replace('>8192<', '>0<'), /"0" is no positive number/],
    ['a disk without a file', STANDARD.replace('ovf:fileRef="file1"', ''), /has no file/],
  ];
  for (const [what, text, message] of REFUSED) {
    test(`refuses ${what}`, () => {
      assert.throws(
        () => parseOvf(text),
        (thrown) => thrown instanceof OvfError && message.test(thrown.message),
      );
    });
  }
});

describe('manifests', () => {
  test('are lines of digests', () => {
    const [a, b] = ['A'.repeat(64), '0'.repeat(40)];
    assert.deepEqual(parseManifest(`SHA256(engine.ovf)= ${a}\r\nSHA1 (./d/disk1) = ${b}\n\n`), [
      { file: 'engine.ovf', algorithm: 'sha256', digest: 'a'.repeat(64) },
      { file: 'd/disk1', algorithm: 'sha1', digest: b },
    ]);
  });

  test('with anything else are refused by line', () => {
    assert.throws(() => parseManifest('MD5(x)= 00\nSHA256(y)= 00\n', 'x.mf'), /x\.mf:1.*\nx\.mf:2/);
  });
});

describe('tar headers', () => {
  test('of a member, of the end, and of neither', () => {
    const archive = encodeTar([{ name: './vm.ovf', content: new Uint8Array(700) }]);
    const member = { kind: 'member', name: 'vm.ovf', size: 700, type: 'file' };
    assert.deepEqual(readTarHeader(archive.subarray(0, 512)), member);
    assert.deepEqual(readTarHeader(archive.subarray(-512)), { kind: 'end' });
    const damaged = archive.slice(0, 512);
    damaged[3] = 0x21;
    assert.deepEqual(readTarHeader(damaged), { kind: 'damaged' });
    assert.deepEqual(readTarHeader(archive.subarray(0, 100)), { kind: 'damaged' });
  });

  test('with a size beyond octal digits', () => {
    const header = encodeTar([{ name: 'd', content: new Uint8Array(0) }]).slice(0, 512);
    const size = 20 * GIB + 7;
    header.fill(0, 124, 136);
    header[124] = 0x80;
    new DataView(header.buffer).setBigUint64(128, BigInt(size));
    const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
    header.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    assert.deepEqual(readTarHeader(header), { kind: 'member', name: 'd', size, type: 'file' });
  });

  test('of POSIX: path and size', () => {
    const records = ['path=./long/näm', 'size=8589934593', 'mtime=1'].map((record) => {
      const bytes = Buffer.byteLength(record) + 2;
      const length = bytes + String(bytes + 2).length;
      return `${length} ${record}\n`;
    });
    assert.deepEqual(readPax(new TextEncoder().encode(records.join(''))), {
      path: 'long/näm',
      size: 8_589_934_593,
    });
  });
});
