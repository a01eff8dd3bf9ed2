import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENT_CODE, eventOf } from '../../src/hosts/host-events.js';
import type { HostStatus } from '../../src/hosts/host-state.js';

const { hostInstalled, hostInstallFailed, hostDetected, hostFailed, hostRecovered } = EVENT_CODE;

/** What was told last, how the host is now, and the code of the event. */
const CASES: readonly [HostStatus | undefined, HostStatus, number | undefined][] = [
  ['installing', 'installing', undefined],
  ['installing', 'up', hostInstalled],
  ['installing', 'install_failed', hostInstallFailed],
  ['install_failed', 'installing', undefined],
  ['install_failed', 'install_failed', undefined],
  ['install_failed', 'up', hostInstalled],
  [undefined, 'connecting', undefined],
  [undefined, 'up', hostDetected],
  [undefined, 'non_responsive', hostFailed],
  ['up', 'up', undefined],
  ['up', 'connecting', undefined],
  ['up', 'non_responsive', hostFailed],
  ['non_responsive', 'connecting', undefined],
  ['non_responsive', 'non_responsive', undefined],
  ['non_responsive', 'up', hostRecovered],
];

for (const [told, status, code] of CASES) {
  test(`${status} after ${told ?? 'the start'}: ${code ?? 'no event'}`, () => {
    assert.equal(eventOf('host1', told, { status })?.code, code);
  });
}

test('a failure says why', () => {
  const event = eventOf('host1', 'up', { status: 'non_responsive', problem: 'no route' });
  assert.deepEqual(event, {
    severity: 'error',
    code: 12,
    description: 'Host host1 does not answer: no route',
  });
});
