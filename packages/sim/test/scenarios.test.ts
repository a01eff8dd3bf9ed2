// Every scenario of the folder scenarios/, on the production daemon in virtual time: what it expects holds, no checker
// finds a violation, and its log is the golden one.

import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pathsOf } from '../src/scenario/folder.js';
import { play } from '../src/scenario/play.js';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../../../scenarios');

for (const path of pathsOf([], ROOT)) {
  const name = path.slice(ROOT.length + 1);
  test(name, async () => {
    const { failures } = await play(path, { isRecording: false });
    assert.deepEqual(failures, [], `npm run scenarios -- ${name}`);
  });
}
