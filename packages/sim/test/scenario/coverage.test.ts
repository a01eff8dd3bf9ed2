// Each row of the failure table, each defect of the original and each test taken over from pve-ha-manager has a
// scenario; the failure model and the index link them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readFolder, scenarioNames } from '../../src/scenario/folder.js';

const CHECKOUT = join(dirname(fileURLToPath(import.meta.url)), '../../../../..');
const ROOT = join(CHECKOUT, 'scenarios');
const FOLDERS = scenarioNames(ROOT).map((name) => readFolder(join(ROOT, name)));
const MODEL = readFileSync(join(CHECKOUT, 'docs/design/failure-model.md'), 'utf8');

/** The sections of the failure model by their heading; the first has none. */
const [TABLE = '', ...SECTIONS] = MODEL.split(/^## /m);
const DEFECTS =
  SECTIONS.find((section) => section.startsWith('What the original gets wrong')) ?? '';

const TAKEN_OVER = [
  ...['basic1', 'basic2', 'basic3', 'basic4', 'basic5'],
  ...['recovery1', 'recovery2', 'recovery3', 'recovery4'],
  ...['resource-failure1', 'resource-failure2', 'resource-failure3'],
  ...['resource-failure4', 'resource-failure5', 'resource-failure6'],
  ...['relocate-policy1', 'relocate-to-inactive-node'],
  ...['service-command1', 'service-command3', 'service-command7', 'service-command8'],
  ...['service-stopped1', 'service-ignore2', 'erroneous-service1', 'locked-service1'],
  ...['shutdown1', 'shutdown2', 'shutdown4'],
  ...['shutdown-policy1', 'shutdown-policy2', 'shutdown-policy3', 'shutdown-policy-migrate-fail1'],
  ...['reboot1', 'restart-lrm', 'crm-maintenance-request1', 'crm-maintenance-request2'],
  ...['stale-maintenance-node', 'cfs-unavailable1', 'cfs-unavailable2', 'crm-exiting-idle2'],
  ...['disarm-fence1', 'group-migrate3'],
];

function linkedIn(text: string, number: number): readonly string[] {
  const row = text.split('\n').find((line) => new RegExp(`^\\| ${number} +\\|`).test(line)) ?? '';
  return [...row.matchAll(/\]\(\.\.\/\.\.\/scenarios\/([a-z0-9-]+)\)/g)].map(
    ([, name = '']) => name,
  );
}

function checkLinks(text: string, what: string, numbers: number): void {
  for (let number = 1; number <= numbers; number += 1) {
    const linked = linkedIn(text, number);
    assert.notEqual(linked.length, 0, `${what} ${number} links no scenario`);
    for (const name of linked) {
      const folder = FOLDERS.find((candidate) => candidate.name === name);
      assert.ok(folder !== undefined, `${what} ${number} links ${name}, which is not there`);
      assert.ok(
        folder.shows.includes(`${what} ${number}`),
        `${name} does not say ${what} ${number}`,
      );
    }
  }
}

test('each row of the failure table links scenarios that say so', () => {
  checkLinks(TABLE, 'row', 16);
});

test('each defect of the original links scenarios that say so', () => {
  checkLinks(DEFECTS, 'defect', 12);
});

test('each test that was taken over from pve-ha-manager has a scenario', () => {
  const shown = new Set(FOLDERS.flatMap(({ shows }) => shows));
  assert.deepEqual(
    TAKEN_OVER.filter((name) => !shown.has(`pve ${name}`)),
    [],
  );
});

test('there are at least 60 scenarios, and the index has each with its title', () => {
  assert.ok(FOLDERS.length >= 60, `there are ${FOLDERS.length}`);
  const index = readFileSync(join(ROOT, 'README.md'), 'utf8');
  for (const { name, title, shows } of FOLDERS) {
    assert.ok(index.includes(`[${name}](${name})`), `${name} is not in scenarios/README.md`);
    assert.ok(index.includes(title), `scenarios/README.md does not have the title of ${name}`);
    assert.notEqual(shows.length, 0, `the README of ${name} does not say what it shows`);
  }
});
