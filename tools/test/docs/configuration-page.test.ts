import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIGURATION_FILES } from '../../src/docs/configuration/files.js';
import { configurationReference } from '../../src/docs/configuration/page.js';

const [first] = CONFIGURATION_FILES;
assert.ok(first !== undefined);
const FILE = { ...first, form: 'INI' } as const;

test('each key has its type, its default and what is done without it', () => {
  const page = configurationReference(
    [
      {
        ...FILE,
        keys: [
          { section: 's', key: 'a', type: 'integer', min: 1, max: 9, fallback: 3, meaning: 'one' },
          { section: 's', key: 'b', type: 'flag', isRequired: true, isOurs: true, meaning: 'two' },
          { section: 't', key: 'c', type: 'text', fallback: 'x|y', meaning: 'three' },
          { section: 't', key: 'd', type: 'choice', choices: ['p', 'q'], meaning: 'four' },
        ],
      },
    ],
    [],
  );
  for (const line of [
    '### [s]',
    '| `a` | whole number, 1 to 9 | `3` | one |',
    '| `b` * | true or false | **needed** | two |',
    '### [t]',
    '| `c` | text | `x\\|y` | three |',
    '| `d` | `p`, `q` | – | four |',
  ]) {
    assert.ok(page.includes(`${line}\n`), line);
  }
});

test('no key stands twice in a section, and none lacks what it is without', () => {
  for (const { title, keys } of CONFIGURATION_FILES) {
    const names = keys.map(({ section, key }) => `${section}.${key}`);
    assert.deepEqual(names, [...new Set(names)], title);
    for (const key of keys) {
      const isTold =
        key.isRequired === true || key.fallback !== undefined || key.whenAbsent !== undefined;
      assert.ok(isTold, `${title}: ${key.key}`);
    }
  }
});
