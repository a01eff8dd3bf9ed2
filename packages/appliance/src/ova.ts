// Packs the image as an OVA: descriptor, manifest, disk, in the order that readers of a stream need.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HeError, type ProcessRunner } from '@hosted-engine/ports';

const NAME = 'hosted-engine-appliance';
const GIB = 1024 ** 3;
/** What set-up recommends for an engine VM (setup-flow C.5); whoever imports it may choose otherwise. */
const MACHINE = { vCpus: 2, memoryMiB: 4096, diskGiB: 25 } as const;
const PACK_TIMEOUT_MS = 600_000;

/** Writes the OVA of a raw image to `target`, whole or not at all. */
export async function writeOva(
  runner: ProcessRunner,
  image: string,
  target: string,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const work = await mkdtemp(`${target}.work-`);
  const must = async (program: string, args: readonly string[]): Promise<void> => {
    const { code, stderr } = await runner.run(program, args, { timeoutMs: PACK_TIMEOUT_MS });
    if (code !== 0) throw new HeError('HE_FAILED', `${program} failed: ${stderr.trim()}`);
  };
  try {
    const [ovf, manifest, disk] = ['ovf', 'mf', 'qcow2'].map((suffix) => `${NAME}.${suffix}`) as [
      string,
      string,
      string,
    ];
    const diskPath = join(work, disk);
    await must('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', '-c', image, diskPath]);
    // Room to grow: what lies behind the last partition costs nothing.
    await must('qemu-img', ['resize', '-q', '-f', 'qcow2', diskPath, `${MACHINE.diskGiB}G`]);
    await writeFile(join(work, ovf), descriptor(disk, (await stat(diskPath)).size));
    const lines = await Promise.all(
      [ovf, disk].map(async (file) => `SHA256(${file})= ${await sha256(join(work, file))}\n`),
    );
    await writeFile(join(work, manifest), lines.join(''));
    const owner = ['--owner=root:0', '--group=root:0', '--mode=0644', '--mtime=@0'];
    const archive = join(work, 'ova');
    await must('tar', [
      ...['--format=ustar', ...owner, '-C', work, '-cf', archive],
      ...[ovf, manifest, disk],
    ]);
    await rename(archive, target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}

/** The standard's envelope, version 1. */
export function descriptor(disk: string, size: number): string {
  const { vCpus, memoryMiB, diskGiB } = MACHINE;
  const item = (type: number, id: number, quantity: number, unit = ''): string =>
    `      <Item>${unit === '' ? '' : `<rasd:AllocationUnits>${unit}</rasd:AllocationUnits>`}` +
    `<rasd:InstanceID>${id}</rasd:InstanceID><rasd:ResourceType>${type}</rasd:ResourceType>` +
    `<rasd:VirtualQuantity>${quantity}</rasd:VirtualQuantity></Item>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
    xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData">
  <References>
    <File ovf:id="disk" ovf:href="${disk}" ovf:size="${size}"/>
  </References>
  <DiskSection>
    <Info>The disk of the engine</Info>
    <Disk ovf:diskId="engine" ovf:fileRef="disk" ovf:capacity="${diskGiB * GIB}" ovf:format="https://github.com/qemu/qemu/blob/master/docs/interop/qcow2.rst"/>
  </DiskSection>
  <VirtualSystem ovf:id="HostedEngine">
    <Info>The engine VM</Info>
    <Name>HostedEngine</Name>
    <VirtualHardwareSection>
      <Info>Recommended sizes</Info>
${item(3, 1, vCpus)}
${item(4, 2, memoryMiB, 'byte * 2^20')}
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
`;
}
