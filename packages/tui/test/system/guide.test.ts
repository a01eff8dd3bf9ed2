// The guide shows the screens as they are. `npm run guide:tui` takes them anew.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { GUIDE, screensOf, takeScreens } from './guide.js';
import { noTmux } from './tmux.js';

test('the guide shows each screen as it is', { skip: noTmux() ?? false }, async () => {
  const shown = screensOf(await readFile(GUIDE, 'utf8'));
  const taken = await takeScreens();
  for (const [index, screen] of taken.entries()) {
    assert.equal(shown[index], screen, `screen ${index + 1} of docs/guide/tui.md`);
  }
  assert.equal(shown.length, taken.length);
});
