import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TIMING, DEFAULT_WEIGHTS } from '@hosted-engine/core';
import { parseAgentConf } from '../../src/config/agent-conf.js';

const read = (text: string) => parseAgentConf(text, '/etc/ovirt-hosted-engine-ha/agent.conf');

test('without the file, or its keys, everything has its default and nothing is said', () => {
  for (const text of ['', '[score]\n[timing]\n', '[log]\nlevel = debug\n']) {
    assert.deepEqual(read(text), {
      weights: DEFAULT_WEIGHTS,
      timing: DEFAULT_TIMING,
      warnings: [],
    });
  }
});

test('weights and times are read', () => {
  const { weights, timing, warnings } = read(
    '[score]\nnetwork-score-penalty = 800\ncpu-load-penalty-max=0.95\nhost-priority = -200\n' +
      '[timing]\nbad-health = 120\nDwell = 0\n',
  );
  assert.deepEqual(weights, {
    ...DEFAULT_WEIGHTS,
    network: 800,
    cpuLoadMax: 0.95,
    priority: -200,
  });
  assert.deepEqual(timing, { ...DEFAULT_TIMING, badHealthS: 120, dwellS: 0 });
  assert.deepEqual(warnings, []);
});

const BAD: readonly (readonly [string, string, string])[] = [
  [
    'a word for a number',
    '[score]\nbase-score = high\n',
    '[score] base-score = high is no number between 0 and 100000; the default 3400 is used',
  ],
  [
    'nothing for a number',
    '[timing]\nbad-health =\n',
    '[timing] bad-health =  is no whole number between 60 and 3600; the default 300 is used',
  ],
  [
    'less than the original agents need',
    '[timing]\ndead-after = 20\n',
    '[timing] dead-after = 20 is no whole number between 60 and 600; the default 60 is used',
  ],
  [
    'a share above one',
    '[score]\ncpu-load-penalty-max = 90\n',
    '[score] cpu-load-penalty-max = 90 is no number between 0 and 1; the default 0.9 is used',
  ],
  [
    'loads in the wrong order',
    '[score]\ncpu-load-penalty-min = 0.95\n',
    '[score] cpu-load-penalty-min = 0.95 is not below cpu-load-penalty-max = 0.9; the defaults 0.4 and 0.9 are used',
  ],
  [
    'a key that does not exist',
    '[timing]\nbad-helth = 120\n',
    '[timing] has no key bad-helth; it counts for nothing',
  ],
];

for (const [name, text, warning] of BAD) {
  test(`${name}: a warning with the file, the key, the value and the default`, () => {
    const { weights, timing, warnings } = read(text);
    assert.deepEqual(warnings, [`/etc/ovirt-hosted-engine-ha/agent.conf: ${warning}`]);
    assert.deepEqual([weights, timing], [DEFAULT_WEIGHTS, DEFAULT_TIMING]);
  });
}

test('a file that is no INI file has all of its defaults, with a warning that names the line', () => {
  const { weights, warnings } = read('base-score = 1000\n');
  assert.deepEqual(weights, DEFAULT_WEIGHTS);
  assert.match(warnings[0] ?? '', /agent\.conf:1: .*all of its defaults are used/);
});
