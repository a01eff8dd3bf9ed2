import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createProcessRunner } from '@hosted-engine/platform';
import type { ProcessResult, ProcessRunner } from '@hosted-engine/ports';
import { HeError } from '@hosted-engine/ports';
import { createDiskImages } from '../../src/adapters/disk-images.js';
import { readDomains } from '../../src/adapters/domain-directory.js';
import { createHostFacts } from '../../src/adapters/host-facts.js';
import { createNetwork } from '../../src/adapters/network.js';
import { createRunLock } from '../../src/adapters/run-lock.js';
import { logFileName, openRunLog } from '../../src/adapters/run-log.js';
import { createServices } from '../../src/adapters/services.js';

/** Answers each command with what `respond` gives, and remembers it. */
function fakeRunner(respond: (words: readonly string[]) => Partial<ProcessResult>) {
  const commands: string[] = [];
  const runner: ProcessRunner = {
    run: async (command, args) => {
      commands.push([command, ...args].join(' '));
      return { code: 0, stdout: '', stderr: '', ...respond([command, ...args]) };
    },
  };
  return { runner, commands };
}

let directory = '';
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'this-host-'));
});
after(() => rm(directory, { recursive: true, force: true }));

describe('the lock of a run', () => {
  const name = `\0hosted-engine-setup-test-${process.pid}`;

  test('the second run is refused, with the process of the first', async () => {
    const held = await createRunLock(name).acquire();
    await assert.rejects(createRunLock(name).acquire(), {
      code: 'HE_ALREADY_RUNNING',
      message: `another deployment is running on this host (process ${process.pid})`,
    });
    await held.release();
    const again = await createRunLock(name).acquire();
    await again.release();
  });
});

describe('the log of a run', () => {
  test('its name carries the time and a random part', () => {
    const now = new Date(2026, 0, 2, 3, 4, 5);
    assert.match(logFileName(now), /^ovirt-hosted-engine-setup-20260102030405-[a-z0-9]{6}\.log$/);
    assert.notEqual(logFileName(now), logFileName(now));
  });

  test('secrets are masked, in messages and fields; only root may read it', async () => {
    const log = openRunLog(join(directory, 'logs'), new Date());
    log.info('before pass"word');
    log.hide('pass"word');
    log.hide('');
    log.info('the password is pass"word', { why: 'pass"word!', number: 1 });
    log.error('failed');
    log.close();
    const text = await readFile(log.path, 'utf8');
    const [, second = ''] = text.split('\n');
    assert.match(second, /INFO the password is \*\*FILTERED\*\* why="\*\*FILTERED\*\*!" number=1$/);
    assert.equal((await stat(log.path)).mode & 0o777, 0o600);
  });
});

describe('services', () => {
  test('a failed job is an error with its reason', async () => {
    const { runner, commands } = fakeRunner(([, verb]) =>
      verb === 'start'
        ? { code: 1, stderr: 'Job failed\n' }
        : { code: verb === 'is-active' ? 3 : 0 },
    );
    const services = createServices(runner);
    await assert.rejects(services.start('vdsmd'), { message: 'cannot start vdsmd: Job failed' });
    assert.equal(await services.isActive('vdsmd'), false);
    assert.equal(await services.isEnabled('vdsmd'), true);
    assert.deepEqual(commands, [
      'systemctl start vdsmd',
      'systemctl is-active --quiet vdsmd',
      'systemctl is-enabled --quiet vdsmd',
    ]);
  });
});

describe('disk images', () => {
  test('what cannot be used is refused before anything is changed', async () => {
    const image = join(directory, 'image.raw');
    await writeFile(image, 'x');
    const info = (value: unknown) =>
      createDiskImages(fakeRunner(() => ({ stdout: JSON.stringify(value) })).runner);
    assert.deepEqual(await info({ format: 'qcow2', 'virtual-size': 10 }).inspect(image), {
      format: 'qcow2',
      virtualSize: 10,
    });
    const refused = { code: 'HE_ANSWER_INVALID' };
    await assert.rejects(info({}).inspect(join(directory, 'none')), refused);
    await assert.rejects(info({}).inspect(directory), refused);
    await assert.rejects(
      info({ format: 'qcow2', 'virtual-size': 10, 'backing-filename': 'b' }).inspect(image),
      { ...refused, message: /depends on another image/ },
    );
    const broken = createDiskImages(fakeRunner(() => ({ code: 1, stderr: 'bad magic' })).runner);
    await assert.rejects(broken.inspect(image), { ...refused, message: /bad magic/ });
  });

  test('the seed passes through files of root alone, and none is left', async () => {
    let seen = '';
    const runner: ProcessRunner = {
      run: async (_command, args) => {
        const source = args.at(-1) ?? '';
        seen = await readFile(join(source, 'user-data'), 'utf8');
        assert.equal((await stat(join(source, 'user-data'))).mode & 0o777, 0o600);
        assert.equal((await stat(source)).mode & 0o777, 0o700);
        assert.ok(!args.join(' ').includes('secret'));
        return { code: 0, stdout: '', stderr: '' };
      },
    };
    const path = join(directory, 'seeds', 'seed.iso');
    await createDiskImages(runner).makeIso(path, 'cidata', { 'user-data': 'secret' });
    assert.equal(seen, 'secret');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal((await stat(join(directory, 'seeds'))).mode & 0o777, 0o755);
  });

  test('genisoimage serves where xorriso is missing', async () => {
    const { runner, commands } = fakeRunner(([command]) => {
      if (command === 'xorriso') throw new HeError('HE_FAILED', 'cannot run xorriso');
      return {};
    });
    await createDiskImages(runner).makeIso(join(directory, 'other.iso'), 'cidata', {});
    assert.match(commands.at(-1) ?? '', /^genisoimage .*-volid cidata/);
  });
});

describe('network', () => {
  test('a ping is one echo', async () => {
    const { runner, commands } = fakeRunner(() => ({ code: 1 }));
    assert.equal(await createNetwork(runner).ping('10.0.0.1'), false);
    assert.equal(commands[0], 'ping -n -q -c 1 -W 5 10.0.0.1');
  });

  test('addresses and names of this machine', async () => {
    const network = createNetwork(fakeRunner(() => ({})).runner);
    assert.deepEqual(await network.resolve('127.0.0.1'), ['127.0.0.1']);
    assert.ok(network.localAddresses().includes('127.0.0.1'));
  });
});

describe('facts', () => {
  test('programs are looked for along the search path', async () => {
    const bin = join(directory, 'bin');
    await mkdir(bin);
    for (const [name, mode] of [
      ['there', 0o755],
      ['no-program', 0o644],
    ] as const) {
      await writeFile(join(bin, name), '');
      await chmod(join(bin, name), mode);
    }
    const facts = createHostFacts(`/nonexistent:${bin}`, createProcessRunner());
    assert.deepEqual(await facts.missingPrograms(['there', 'absent']), ['absent']);
    assert.equal(await facts.isBridge('no-such-bridge'), false);
    assert.ok((await facts.memoryFreeMiB()) > 0);
  });
});

describe('storage domains in a directory', () => {
  test('are found with their volumes; other things are passed over', async () => {
    const mount = join(directory, 'mount');
    const uuid = (digit: string): string => `${digit.repeat(8)}-0000-4000-8000-000000000000`;
    const put = async (path: string, text: string): Promise<void> => {
      await mkdir(join(mount, path, '..'), { recursive: true });
      await writeFile(join(mount, path), text);
    };
    await put('lost+found/x', '');
    await put(`${uuid('b')}/images/x`, 'no metadata');
    await put(
      `${uuid('a')}/dom_md/metadata`,
      'CLASS=Data\nDESCRIPTION=a=b\nnonsense\n_SHA_CKSUM=x\n',
    );
    await put(`${uuid('a')}/images/${uuid('c')}/${uuid('d')}.meta`, 'DISKTYPE=HECI\nEOF\n');
    await put(`${uuid('a')}/images/${uuid('c')}/${uuid('d')}`, 'data');
    await put(`${uuid('a')}/images/_remove_me_x/y.meta`, 'DISKTYPE=DATA\n');
    assert.deepEqual(await readDomains(mount), [
      {
        sdUUID: uuid('a'),
        metadata: { CLASS: 'Data', DESCRIPTION: 'a=b', _SHA_CKSUM: 'x' },
        volumes: [
          { imageUUID: uuid('c'), volumeUUID: uuid('d'), description: '', diskType: 'HECI' },
        ],
      },
      // Its creation was broken off.
      { sdUUID: uuid('b'), metadata: {}, volumes: [] },
    ]);
    assert.deepEqual(await readDomains(join(directory, 'nowhere')), []);
  });
});
