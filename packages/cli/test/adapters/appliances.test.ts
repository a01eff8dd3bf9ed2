import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmod,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createProcessRunner } from '@hosted-engine/platform';
import type { Appliance } from '@hosted-engine/setup';
import { createAppliances } from '../../src/adapters/appliances.js';
import { createDiskImages } from '../../src/adapters/disk-images.js';

const MIB = 1024 ** 2;
const DISK_SIZE = 8 * MIB;
const hasQemuImg = ((): boolean => {
  try {
    execFileSync('qemu-img', ['--version']);
    return true;
  } catch {
    return false;
  }
})();
const withQemuImg = { skip: hasQemuImg ? false : 'qemu-img is not installed' };

const appliances = createAppliances(createProcessRunner());
const watch = { signal: new AbortController().signal, onProgress: () => undefined };

let folder = '';
/** A disk with something at its beginning, in the midst of zeros, and at its end. */
let disk = Buffer.alloc(0);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'appliances-'));
  disk = Buffer.alloc(DISK_SIZE);
  for (const [at, text] of [
    [0, 'boot'],
    [3 * MIB + 77, 'middle'],
    [DISK_SIZE - 3, 'end'],
  ] as const) {
    disk.write(text, at);
  }
});

after(() => rm(folder, { recursive: true, force: true }));

function descriptor(file: string, extra: { capacity?: string; compression?: string } = {}): string {
  const { capacity = `${DISK_SIZE}`, compression } = extra;
  const gzip = compression === undefined ? '' : ` ovf:compression="${compression}"`;
  return `<?xml version="1.0"?><Envelope xmlns:ovf="o" xmlns:rasd="r"><References>
    <File ovf:href="${file}" ovf:id="file1"${gzip}/></References>
    <DiskSection><Disk ovf:diskId="d" ovf:fileRef="file1" ovf:capacity="${capacity}"/></DiskSection>
    <VirtualSystem ovf:id="vm"><Name>engine</Name><VirtualHardwareSection>
    <Item><rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>2</rasd:VirtualQuantity></Item>
    <Item><rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits><rasd:ResourceType>4</rasd:ResourceType>
    <rasd:VirtualQuantity>2048</rasd:VirtualQuantity></Item>
    </VirtualHardwareSection></VirtualSystem></Envelope>`;
}

type Files = Readonly<Record<string, string | Buffer>>;

function manifest(files: Files, algorithm = 'sha256'): string {
  return Object.entries(files)
    .map(([name, content]) => {
      const digest = createHash(algorithm).update(content).digest('hex');
      return `${algorithm.toUpperCase()}(${name})= ${digest}\n`;
    })
    .join('');
}

async function directory(name: string, files: Files): Promise<string> {
  const path = join(folder, name);
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), content);
  }
  return path;
}

async function archive(
  name: string,
  files: Files,
  options: readonly string[] = [],
): Promise<string> {
  const source = await directory(`${name}.d`, files);
  const path = join(folder, name);
  execFileSync('tar', ['-C', source, ...options, '-cf', path, '--', ...Object.keys(files)]);
  return path;
}

async function refusal(path: string, scratch = folder): Promise<string> {
  try {
    await appliances.inspect(path, scratch, watch);
  } catch (thrown) {
    assert.equal((thrown as { code?: string }).code, 'HE_ANSWER_INVALID');
    return (thrown as Error).message;
  }
  return 'not refused';
}

/** Copies onto a volume of zeros, as the engine's is. @returns its bytes. */
async function copied({ disk: found }: Appliance): Promise<Buffer> {
  const volume = join(folder, 'volume');
  await rm(volume, { force: true });
  await (await open(volume, 'w')).close();
  await truncate(volume, DISK_SIZE);
  const seen: number[] = [];
  await appliances.copyDisk(found, volume, folder, {
    ...watch,
    onProgress: (done, total) => seen.push(done / total),
  });
  assert.equal(seen.at(-1), 1);
  assert.ok(seen.every((share, at) => at === 0 || share >= (seen[at - 1] ?? 0)));
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('hosted-engine-appliance-')),
    [],
  );
  return readFile(volume);
}

function qcow2(): Buffer {
  const [raw, image] = [join(folder, 'raw'), join(folder, 'image.qcow2')];
  execFileSync('sh', ['-c', 'cat >"$1"', 'sh', raw], { input: disk });
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, image]);
  return execFileSync('cat', [image], { maxBuffer: 64 * MIB });
}

describe('appliances', () => {
  test(
    'an OVA with a qcow2 disk and its manifest is copied from where it lies',
    withQemuImg,
    async () => {
      // Compressed images end anywhere, not only at whole sectors.
      const image = Buffer.concat([qcow2(), Buffer.from('end')]);
      const parts = { 'engine.ovf': descriptor('disk1.qcow2'), 'disk1.qcow2': image };
      const path = await archive('plain.ova', {
        'engine.ovf': parts['engine.ovf'],
        'engine.mf': manifest(parts),
        'disk1.qcow2': parts['disk1.qcow2'],
      });
      const found = await appliances.inspect(path, folder, watch);
      const { disk: where, ...rest } = found;
      assert.deepEqual(rest, { path, name: 'engine', vCpus: 2, memoryMiB: 2048, isVerified: true });
      assert.equal(where.format, 'qcow2');
      assert.equal(where.virtualSize, DISK_SIZE);
      assert.deepEqual(await copied(found), disk);
    },
  );

  test("oVirt's archive, compressed, with a path for a disk", withQemuImg, async () => {
    const files = {
      'master/vms/v/v.ovf': descriptor('img/vol'),
      'images/img/vol': qcow2(),
      'images/img/vol.meta': 'x',
    };
    const path = await archive('ovirt.tar.gz', files, ['-z']);
    const found = await appliances.inspect(path, folder, watch);
    assert.equal(found.disk.member, 'images/img/vol');
    assert.equal(found.isVerified, false);
    assert.deepEqual(await copied(found), disk);
  });

  test('a raw disk in a compressed archive goes straight to the volume', async () => {
    const path = await archive('raw.ova', { 'a.ovf': descriptor('d.raw'), 'd.raw': disk }, ['-z']);
    assert.deepEqual(await copied(await appliances.inspect(path, folder, watch)), disk);
  });

  test('a raw disk in a plain archive or a directory, whatever its size', withQemuImg, async () => {
    const short = disk.subarray(0, DISK_SIZE - MIB - 100);
    const files = { 'a.ovf': descriptor('d.raw'), 'd.raw': short };
    const wanted = Buffer.alloc(DISK_SIZE);
    short.copy(wanted);
    for (const path of [await archive('odd.ova', files), await directory('odd', files)]) {
      assert.deepEqual(await copied(await appliances.inspect(path, folder, watch)), wanted);
    }
  });

  test('a directory, its manifest of SHA-1, its disk compressed by itself', async () => {
    const files = {
      'a.ovf': descriptor('d.raw.gz', { compression: 'gzip' }),
      'd.raw.gz': gzipSync(disk),
    };
    const path = await directory('dir', { ...files, 'a.mf': manifest(files, 'sha1') });
    const found = await appliances.inspect(path, folder, watch);
    assert.equal(found.isVerified, true);
    assert.equal(found.disk.virtualSize, DISK_SIZE);
    assert.deepEqual(await copied(found), disk);
  });

  test('names of more than 100 characters, in either of the extensions', async () => {
    const long = `${'d'.repeat(60)}/${'e'.repeat(120)}.raw`;
    for (const format of ['gnu', 'pax']) {
      const files = { 'a.ovf': descriptor(long), [long]: disk };
      const path = await archive(`${format}.ova`, files, [`--format=${format}`]);
      const found = await appliances.inspect(path, folder, watch);
      assert.equal(found.disk.member, long);
    }
  });

  test('what is truncated, damaged or forged is refused, whatever it is', async () => {
    const files = { 'a.ovf': descriptor('d.raw'), 'd.raw': disk };
    const whole = await readFile(await archive('whole.ova', files));
    const zipped = await readFile(await archive('zipped.ova', files, ['-z']));
    const bad = async (bytes: Buffer): Promise<string> => {
      await writeFile(join(folder, 'bad.ova'), bytes);
      return refusal(join(folder, 'bad.ova'));
    };
    assert.match(await bad(whole.subarray(0, 5 * MIB)), /truncated: d\.raw ends after/);
    assert.match(await bad(whole.subarray(0, whole.lastIndexOf('end') + 3)), /truncated/);
    assert.match(await bad(zipped.subarray(0, zipped.length - 9)), /truncated/);
    const flipped = Buffer.from(zipped);
    flipped[zipped.length >> 1] = (flipped[zipped.length >> 1] ?? 0) ^ 0x55;
    assert.match(await bad(flipped), /damaged|truncated/);
    assert.match(await bad(Buffer.from('no archive at all'.repeat(100))), /no tar archive/);
    assert.match(await bad(Buffer.alloc(0)), /truncated/);

    const forged = await archive('forged.ova', {
      ...files,
      'a.mf': manifest({ ...files, 'd.raw': 'x' }),
    });
    assert.match(await refusal(forged), /SHA256 checksum of d\.raw is wrong/);
    const gone = await archive('gone.ova', { ...files, 'a.mf': manifest({ ...files, b: 'x' }) });
    assert.match(await refusal(gone), /b, named in its manifest, is missing/);
  });

  test('what no engine VM could be made of is refused', async () => {
    assert.match(await refusal(join(folder, 'nowhere')), /does not exist/);
    assert.match(await refusal(await directory('none', { a: 'b' })), /no OVF descriptor/);
    assert.match(await refusal(await directory('two', { 'a.ovf': '', 'b.ovf': '' })), /2 OVF/);
    const nowhere = await directory('lost', { 'a.ovf': descriptor('d.raw') });
    assert.match(await refusal(nowhere), /the disk d\.raw is missing/);
    const short = descriptor('d.raw').replace('ovf:id="file1"', 'ovf:id="file1" ovf:size="99999"');
    const tooShort = await directory('short', { 'a.ovf': short, 'd.raw': 'x' });
    assert.match(await refusal(tooShort), /d\.raw is truncated: 1 bytes of 99999/);
  });

  test('a place for unpacking that is too small is refused by name', withQemuImg, async () => {
    const files = { 'a.ovf': descriptor('d'), d: qcow2() };
    const path = await archive('needs-room.ova', files, ['-z']);
    assert.match(await refusal(path, '/proc'), /needs 1 MiB in \/proc, which has 0/);
  });
});

describe('installation media', () => {
  test('are files that everybody may read, with a file system of CDs', async () => {
    const images = createDiskImages(createProcessRunner());
    const path = join(folder, 'os.iso');
    await chmod(folder, 0o711);
    const bad = { code: 'HE_ANSWER_INVALID' };
    await assert.rejects(images.checkMedium(path), { ...bad, message: /does not exist/ });
    await writeFile(path, Buffer.alloc(40_000), { mode: 0o644 });
    await assert.rejects(images.checkMedium(path), { ...bad, message: /no CD or DVD/ });
    const file = await open(path, 'r+');
    await file.write('\x01CD001', 32_768);
    await file.chmod(0o600);
    await assert.rejects(images.checkMedium(path), { ...bad, message: /chmod 0644/ });
    await file.chmod(0o644);
    await file.close();
    await chmod(folder, 0o700);
    const closed = new RegExp(`the owner of ${folder} may look into it`);
    await assert.rejects(images.checkMedium(path), { ...bad, message: closed });
    await chmod(folder, 0o711);
    await images.checkMedium(path);
    assert.equal((await stat(path)).size, 40_000);
    await assert.rejects(images.checkMedium(folder), { ...bad, message: /neither file nor/ });
  });
});
