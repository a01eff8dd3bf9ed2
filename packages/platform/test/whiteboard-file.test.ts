import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { DirectFile, DirectIo } from '@hosted-engine/ports';
import { whiteboardContract } from '@hosted-engine/ports/contract/whiteboard.contract';
import { FaultyStorage } from '@hosted-engine/ports/fakes/faulty-storage';
import { ManualClock } from '@hosted-engine/ports/fakes/manual-clock';
import { createDirectIo } from '../src/direct-io.js';
import { createSystemClock } from '../src/system-clock.js';
import { createWhiteboardFile, runsOf } from '../src/whiteboard-file.js';

/** Real direct I/O whose operations can be made to hang or fail. */
function throughFaults(real: DirectIo, storage: FaultyStorage): DirectIo {
  const wrap = (file: DirectFile): DirectFile => ({
    read: (offset, size, ms) => storage.run(() => file.read(offset, size, ms)),
    write: (offset, bytes, ms) => storage.run(() => file.write(offset, bytes, ms)),
    close: () => file.close(),
  });
  return { open: async (name, mode, ms) => wrap(await real.open(name, mode, ms)) };
}

whiteboardContract('a file with direct I/O', async () => {
  const dir = await fs.mkdtemp(path.join(os.tmpdir(), 'he-board-'));
  const file = path.join(dir, 'volume');
  await fs.writeFile(file, new Uint8Array(64 * 4096));
  const link = path.join(dir, 'link');
  await fs.symlink(file, link);
  const clock = new ManualClock();
  const storage = new FaultyStorage();
  // The system's clock below, so that only the whiteboard's own deadline is judged.
  const directIo = createDirectIo(createSystemClock());
  const board = createWhiteboardFile({
    path: link,
    directIo: throughFaults(directIo, storage),
    clock,
  });
  const other = createWhiteboardFile({ path: file, directIo, clock });
  return {
    board,
    other,
    storage,
    clock,
    pastDeadlineMs: 6000,
    dispose: async () => {
      await Promise.all([board.close(), other.close()]);
      await fs.rm(dir, { recursive: true });
    },
  };
});

describe('whiteboard file', () => {
  it('names the path that does not exist', async () => {
    const directIo = createDirectIo(createSystemClock());
    const clock = createSystemClock();
    const board = createWhiteboardFile({ path: '/nonexistent/volume', directIo, clock });
    await assert.rejects(board.readSlots([1]), /cannot open \/nonexistent\/volume/);
  });

  it('reads neighbouring slots together', () => {
    assert.deepEqual(runsOf([3, 1, 2, 7, 1]), [
      { first: 1, count: 3 },
      { first: 7, count: 1 },
    ]);
  });
});
