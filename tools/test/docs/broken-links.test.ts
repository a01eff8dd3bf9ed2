import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokenLinks } from '../../src/docs/broken-links.js';

test('a link is looked up from the page that has it', () => {
  const files = new Set(['docs/lab.md', 'docs/guide/deploy.md', 'README.md']);
  const text = [
    '[kept](../lab.md) [part](../lab.md#facts) [top](../../README.md) [here](#here)',
    '[web](https://example.com/x) [gone](lab.md) [gone too](../missing.md#part)',
  ].join('\n');
  assert.deepEqual(
    brokenLinks('docs/guide/deploy.md', text, (path) => files.has(path)),
    [
      { page: 'docs/guide/deploy.md', target: 'lab.md' },
      { page: 'docs/guide/deploy.md', target: '../missing.md' },
    ],
  );
});
