import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostCapabilities, HostStats } from '@hosted-engine/vdsm';
import {
  answered,
  failed,
  type HostState,
  INSTALL_FAILED_AFTER_S,
  initialState,
  NON_RESPONSIVE_AFTER_S,
} from '../../src/hosts/host-state.js';

const CAPABILITIES = { cpuModel: 'x' } as HostCapabilities;
const STATS = { vmCount: 1 } as HostStats;

function failing(state: HostState, forS: number): HostState {
  return failed(failed(state, 'refused', 100), 'refused', 100 + forS);
}

test('a new host is installing, a known one connecting, until its capabilities answer', () => {
  assert.equal(initialState(false).status, 'installing');
  assert.equal(initialState(true).status, 'connecting');
  assert.equal(answered(initialState(false), { stats: STATS }).status, 'installing');
  assert.equal(answered(initialState(false), { capabilities: CAPABILITIES }).status, 'up');
});

test('a host that falls silent is connecting first, then non_responsive', () => {
  const up = answered(initialState(true), { capabilities: CAPABILITIES, stats: STATS });
  assert.equal(failed(up, 'refused', 100).status, 'connecting');
  assert.equal(failing(up, NON_RESPONSIVE_AFTER_S - 1).status, 'connecting');
  assert.equal(failing(up, NON_RESPONSIVE_AFTER_S).status, 'non_responsive');
});

test('a new host that never answers fails to install, and comes up all the same when it does', () => {
  const state = initialState(false);
  assert.equal(failing(state, INSTALL_FAILED_AFTER_S - 1).status, 'installing');
  const given = failing(state, INSTALL_FAILED_AFTER_S);
  assert.equal(given.status, 'install_failed');
  const up = answered(given, { capabilities: CAPABILITIES });
  assert.equal(up.status, 'up');
  assert.equal(up.problem, undefined);
  assert.equal(up.failingSinceS, undefined);
});

test('an answer in between starts the count anew', () => {
  const up = answered(initialState(true), { capabilities: CAPABILITIES });
  const again = answered(failing(up, NON_RESPONSIVE_AFTER_S), { stats: STATS });
  assert.equal(again.status, 'up');
  assert.equal(failed(again, 'refused', 1000).status, 'connecting');
});
