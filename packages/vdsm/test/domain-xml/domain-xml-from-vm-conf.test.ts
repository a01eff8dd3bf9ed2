import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseVmConf } from '@hosted-engine/formats';
import { HeError } from '@hosted-engine/ports';
import { domainXmlFromVmConf, readDomainXml } from '../../src/index.js';
import { parseXml } from '../../src/xml/parse-xml.js';
import { elementAt, elementsOf, textOf, type XmlElement } from '../../src/xml/xml-tree.js';
import { DISK, DOMAIN_ID, IMAGE_ID, SAMPLE, sampleWith, VM_ID, VOLUME_ID } from './sample-conf.js';

const KVM = { emulation: false };

function domainOf(conf: string | ReturnType<typeof sampleWith>, emulation = false): XmlElement {
  const parsed = typeof conf === 'string' ? parseVmConf(conf) : conf;
  return parseXml(domainXmlFromVmConf(parsed, { emulation }));
}

function devicesOf(domain: XmlElement, name: string): XmlElement[] {
  return elementsOf(elementAt(domain, 'devices') ?? domain, name);
}

describe('domainXmlFromVmConf()', () => {
  test('maps the basic settings', () => {
    const domain = domainOf(SAMPLE);
    assert.equal(domain.attributes['type'], 'kvm');
    const texts = ['name', 'uuid', 'memory', 'vcpu', 'on_poweroff', 'on_reboot', 'on_crash'];
    assert.deepEqual(
      texts.map((name) => textOf(elementAt(domain, name))),
      ['HostedEngine', VM_ID, '4194304', '8', 'destroy', 'destroy', 'destroy'],
    );
    assert.equal(elementAt(domain, 'vcpu')?.attributes['current'], '2');
    assert.equal(elementAt(domain, 'os', 'type')?.attributes['machine'], 'pc');
    assert.equal(textOf(elementAt(domain, 'cpu', 'model')), 'Westmere');
    assert.deepEqual(
      elementsOf(elementAt(domain, 'cpu') ?? domain, 'feature').map((each) => each.attributes),
      [
        { policy: 'require', name: 'aes' },
        { policy: 'disable', name: 'vmx' },
      ],
    );
  });

  test('the engine disk has driver, serial, boot order, address, metadata and lease', () => {
    const domain = domainOf(SAMPLE);
    const disk = devicesOf(domain, 'disk')[1];
    assert.ok(disk);
    assert.deepEqual(elementAt(disk, 'driver')?.attributes, {
      name: 'qemu',
      type: 'raw',
      cache: 'none',
      error_policy: 'stop',
      io: 'threads',
    });
    assert.equal(
      elementAt(disk, 'source')?.attributes['file'],
      `/run/vdsm/storage/${DOMAIN_ID}/${IMAGE_ID}/${VOLUME_ID}`,
    );
    assert.deepEqual(elementAt(disk, 'target')?.attributes, { dev: 'vda', bus: 'virtio' });
    assert.equal(textOf(elementAt(disk, 'serial')), IMAGE_ID);
    assert.equal(elementAt(disk, 'boot')?.attributes['order'], '1');
    assert.equal(elementAt(disk, 'address')?.attributes['slot'], '0x06');
    const { volumes, leases } = readDomainXml(domainXmlFromVmConf(parseVmConf(SAMPLE), KVM));
    assert.deepEqual(volumes, [
      {
        name: 'vda',
        poolID: '00000000-0000-0000-0000-000000000000',
        domainID: DOMAIN_ID,
        imageID: IMAGE_ID,
        volumeID: VOLUME_ID,
        shared: 'exclusive',
      },
    ]);
    assert.deepEqual(leases, [
      {
        lockspace: DOMAIN_ID,
        key: VOLUME_ID,
        path: `LEASE-PATH:${VOLUME_ID}:${DOMAIN_ID}`,
        offset: `LEASE-OFFSET:${VOLUME_ID}:${DOMAIN_ID}`,
      },
    ]);
  });

  test('an empty CD-ROM has no source, one with a path has it', () => {
    const [empty] = devicesOf(domainOf(SAMPLE), 'disk');
    assert.equal(empty?.attributes['device'], 'cdrom');
    assert.equal(elementAt(empty ?? domainOf(SAMPLE), 'source'), undefined);
    const seed = 'devices={type:disk,device:cdrom,iface:ide,path:/var/seed.iso}';
    const disks = devicesOf(domainOf(sampleWith(seed)), 'disk');
    const last = disks.at(-1);
    assert.ok(last);
    assert.equal(elementAt(last, 'source')?.attributes['file'], '/var/seed.iso');
    assert.deepEqual(elementAt(last, 'target')?.attributes, { dev: 'hda', bus: 'ide' });
    assert.ok(elementAt(last, 'readonly'));
  });

  test('network, consoles, graphics without a usable ticket, agent channel', () => {
    const domain = domainOf(SAMPLE);
    const nic = devicesOf(domain, 'interface')[0];
    assert.ok(nic);
    assert.equal(elementAt(nic, 'source')?.attributes['bridge'], 'ovirtmgmt');
    assert.equal(elementAt(nic, 'model')?.attributes['type'], 'virtio');
    assert.equal(devicesOf(domain, 'serial').length, 1);
    assert.equal(devicesOf(domain, 'console').length, 1);
    const graphics = devicesOf(domain, 'graphics');
    assert.equal(graphics.length, 1);
    assert.equal(graphics[0]?.attributes['passwdValidTo'], '1970-01-01T00:00:01');
    const channel = devicesOf(domain, 'channel')[0];
    assert.equal(
      elementAt(channel ?? domain, 'target')?.attributes['name'],
      'org.qemu.guest_agent.0',
    );
  });

  test('a bare definition gets what every VM needs', () => {
    const domain = domainOf(`vmId=${VM_ID}\nmemSize=512\n`);
    for (const name of ['graphics', 'video', 'serial', 'channel']) {
      assert.equal(devicesOf(domain, name).length, 1, name);
    }
    assert.equal(elementAt(domain, 'os', 'boot')?.attributes['dev'], 'hd');
    assert.equal(textOf(elementAt(domain, 'vcpu')), '1');
  });

  test('a boot order of devices excludes a general one', () => {
    assert.equal(elementAt(domainOf(sampleWith('boot=d')), 'os', 'boot'), undefined);
  });

  test('q35 has SATA instead of IDE, and chooses its own PCI places', () => {
    const domain = domainOf(sampleWith('emulatedMachine=pc-q35-7.2'));
    const [cdrom, disk] = devicesOf(domain, 'disk');
    assert.ok(cdrom && disk);
    assert.equal(elementAt(cdrom, 'target')?.attributes['bus'], 'sata');
    assert.equal(elementAt(cdrom, 'address'), undefined);
    assert.equal(elementAt(disk, 'address'), undefined);
  });

  test('with emulation nothing asks for KVM or a CPU model', () => {
    const domain = domainOf(SAMPLE, true);
    assert.equal(domain.attributes['type'], 'qemu');
    const cpu = elementAt(domain, 'cpu');
    assert.ok(cpu);
    assert.deepEqual(cpu.attributes, {});
    assert.deepEqual(
      elementsOf(cpu).map(({ name }) => name),
      ['topology'],
    );
  });

  test('with emulation a display whose memory nobody chose gets little of it', () => {
    const models = (emulation: boolean, ...lines: readonly string[]) =>
      devicesOf(domainOf(sampleWith(...lines), emulation), 'video').map(
        (video) => elementAt(video, 'model')?.attributes,
      );
    assert.deepEqual(models(true), [{ vram: '4096', type: 'vga' }]);
    assert.deepEqual(models(false), [{ type: 'vga' }]);
    const chosen = 'devices={device:vga,alias:video1,type:video,specParams:{vram:16384}}';
    assert.deepEqual(models(true, chosen).at(-1), { vram: '16384', type: 'vga' });
  });

  test('with emulation the guest does not announce itself after a migration, for virtio only', () => {
    const overrides = (
      emulation: boolean,
      conf: ReturnType<typeof sampleWith>,
    ): readonly (string | undefined)[] =>
      elementsOf(domainOf(conf, emulation), 'qemu:override')
        .flatMap((found) => elementsOf(found, 'qemu:device'))
        .flatMap((device) => [
          device.attributes['alias'],
          elementAt(device, 'qemu:frontend', 'qemu:property')?.attributes['name'],
        ]);
    assert.deepEqual(overrides(true, sampleWith()), ['net0', 'guest_announce']);
    assert.deepEqual(overrides(false, sampleWith()), []);
    const e1000 = sampleWith(
      'devices={nicModel:e1000,macAddr:00:16:3e:2a:4b:6d,network:ovirtmgmt,device:bridge,type:interface}',
    );
    assert.deepEqual(overrides(true, e1000), ['net0', 'guest_announce']);
  });

  test('with emulation libvirt does not ask for the CPU features one by one, and is told so once', () => {
    const asXml = (xml: string): string =>
      domainXmlFromVmConf(parseVmConf(`xmlBase64=${Buffer.from(xml).toString('base64')}`), {
        emulation: true,
      });
    const capabilities = (xml: string): readonly (string | undefined)[] =>
      elementsOf(parseXml(xml), 'qemu:capabilities')
        .flatMap((found) => elementsOf(found, 'qemu:del'))
        .map(({ attributes }) => attributes['capability']);
    const once = domainXmlFromVmConf(sampleWith(), { emulation: true });
    assert.deepEqual(capabilities(once), ['cpu-unavailable-features']);
    assert.deepEqual(capabilities(asXml(once)), ['cpu-unavailable-features']);
    const own = once.replace('cpu-unavailable-features', 'usb-host');
    assert.deepEqual(capabilities(asXml(own)), ['usb-host', 'cpu-unavailable-features']);
    assert.deepEqual(capabilities(domainXmlFromVmConf(sampleWith(), KVM)), []);
  });

  test('CPU of the host', () => {
    for (const [cpuType, mode] of [
      ['hostPassthrough', 'host-passthrough'],
      ['hostModel', 'host-model'],
    ]) {
      const domain = domainOf(sampleWith(`cpuType=${cpuType}`));
      assert.equal(elementAt(domain, 'cpu')?.attributes['mode'], mode);
    }
  });

  test('launchPaused and custom settings go into the metadata', () => {
    const xml = domainXmlFromVmConf(sampleWith('launchPaused=true', 'custom_mood=good'), KVM);
    assert.equal(readDomainXml(xml).launchPaused, true);
    assert.match(xml, /<ovirt-vm:mood>good<\/ovirt-vm:mood>/);
    assert.equal(readDomainXml(domainXmlFromVmConf(sampleWith(), KVM)).launchPaused, false);
  });

  test('a definition with its own XML passes as it is', () => {
    const xml = `<domain type='kvm'><name>x</name><uuid>${VM_ID}</uuid><memory>1024</memory>  <!-- kept --></domain>`;
    const conf = (...more: string[]): ReturnType<typeof parseVmConf> =>
      parseVmConf([`xmlBase64=${Buffer.from(xml).toString('base64')}`, ...more].join('\n'));
    assert.equal(domainXmlFromVmConf(conf(), KVM), xml);
    const paused = domainXmlFromVmConf(conf('launchPaused=true'), KVM);
    assert.equal(readDomainXml(paused).launchPaused, true);
    assert.match(domainXmlFromVmConf(conf(), { emulation: true }), /^<domain type='qemu'>/);
  });

  const refused: [string, string[], RegExp][] = [
    ['no memory', ['memSize='], /memSize is missing/],
    ['memory that is no number', ['memSize=4g'], /memSize is no number/],
    ['no id', ['vmId='], /vmId is missing/],
    ['an unknown device', ['devices={type:quantum}'], /type "quantum"/],
    ['a device without type', ['devices={device:x}'], /type ""/],
    ['the same disk index twice', [DISK], /two disks would be vda/],
    ['a volume without its image', ['devices={type:disk,volumeID:v}'], /lacks poolID/],
    [
      'an odd way of sharing',
      ['devices={type:disk,volumeID:v,poolID:p,domainID:d,imageID:i,index:9,shared:transient}'],
      /shared=transient/,
    ],
    ['an unknown disk bus', ['devices={type:disk,iface:tape}'], /iface tape/],
    ['an unknown format', ['devices={type:disk,index:8,format:vhd}'], /format vhd/],
    ['an interface without network', ['devices={type:interface}'], /names no network/],
    ['an odd CPU flag', ['cpuType=X,<y>'], /flag "<y>"/],
    ['XML that is none', ['xmlBase64=PGE+'], /domain XML: /],
    ['base64 that is none', ['xmlBase64=%%%'], /no base64/],
    ['XML that is no domain', [`xmlBase64=${Buffer.from('<a/>').toString('base64')}`], /no domain/],
  ];
  for (const [name, lines, why] of refused) {
    test(`refuses ${name}`, () => {
      assert.throws(
        () => domainXmlFromVmConf(sampleWith(...lines), KVM),
        (thrown) =>
          thrown instanceof HeError &&
          thrown.code === 'HE_CONFIG_INVALID' &&
          why.test(thrown.message),
      );
    });
  }
});
