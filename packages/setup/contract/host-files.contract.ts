import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HeError } from '@hosted-engine/ports';
import type { HostFiles } from '../src/ports.js';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** The promises of HostFiles (F1 to F4), for the adapter and for the fake. `make` gives an empty host. */
export function hostFilesContract(name: string, make: () => Promise<HostFiles>): void {
  describe(`HostFiles: ${name}`, () => {
    test('what is absent reads as undefined, has no mode, and can be removed (F2, F4)', async () => {
      const files = await make();
      assert.equal(await files.read('/etc/a'), undefined);
      assert.equal(await files.modeOf('/etc/a'), undefined);
      await files.remove('/etc/a');
      await files.removeTree('/etc/a');
    });

    test('a written file is read back with its mode, in directories made on the way (F1)', async () => {
      const files = await make();
      await files.write('/etc/deep/er/a', text('one'), { mode: 0o600 });
      assert.deepEqual(new Uint8Array((await files.read('/etc/deep/er/a')) ?? []), text('one'));
      assert.equal(await files.modeOf('/etc/deep/er/a'), 0o600);
      await files.write('/etc/deep/er/a', text('two'), { mode: 0o644 });
      assert.deepEqual(new Uint8Array((await files.read('/etc/deep/er/a')) ?? []), text('two'));
      assert.equal(await files.modeOf('/etc/deep/er/a'), 0o644);
    });

    test('overwriting changes bytes in place and nothing else (F3)', async () => {
      const files = await make();
      await files.write('/volume', text('0123456789'), { mode: 0o660 });
      await files.overwrite('/volume', text('ab'), 4);
      assert.deepEqual(new Uint8Array((await files.read('/volume')) ?? []), text('0123ab6789'));
    });

    test('overwriting never creates nor lengthens a file (F3)', async () => {
      const files = await make();
      await assert.rejects(files.overwrite('/absent', text('x'), 0), HeError);
      assert.equal(await files.read('/absent'), undefined);
      await files.write('/volume', text('0123'), { mode: 0o660 });
      await assert.rejects(files.overwrite('/volume', text('ab'), 3), HeError);
      assert.deepEqual(new Uint8Array((await files.read('/volume')) ?? []), text('0123'));
    });

    test('a link replaces a link, and shows what it points to', async () => {
      const files = await make();
      await files.write('/target', text('t'), { mode: 0o644 });
      const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
      await files.link('/links/name', 'nowhere', owner);
      assert.equal(await files.read('/links/name'), undefined);
      await files.link('/links/name', '../target', owner);
      assert.deepEqual(new Uint8Array((await files.read('/links/name')) ?? []), text('t'));
    });

    test('a tree is removed with all that is in it, and its neighbours stay', async () => {
      const files = await make();
      await files.write('/tree/a/b', text('x'), { mode: 0o644 });
      await files.write('/tree2', text('y'), { mode: 0o644 });
      await files.removeTree('/tree');
      assert.equal(await files.read('/tree/a/b'), undefined);
      assert.deepEqual(new Uint8Array((await files.read('/tree2')) ?? []), text('y'));
    });
  });
}
