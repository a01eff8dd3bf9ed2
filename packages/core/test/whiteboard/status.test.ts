import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  decodeGlobalSlot,
  decodeHostSlot,
  encodeGlobalSlot,
  encodeHostSlot,
  type HostSlot,
  renderStatusText,
  type StatusInput,
  statusJson,
  statusView,
} from '../../src/whiteboard/index.js';

function hostSlot(hostId: number): HostSlot {
  const bytes = encodeHostSlot({
    hostId,
    timestampS: 500 + hostId,
    timestampWallS: 1_700_000_000,
    score: 3400,
    engineStatus: { vm: 'up', health: 'good', detail: 'Up' },
    hostname: `host${hostId}`,
    localMaintenance: false,
    stopped: false,
    confOnSharedStorage: true,
    vmConfRefreshS: 400,
    vmConfRefreshWallS: 1_699_999_900,
    state: 'EngineUp',
  });
  return decodeHostSlot(hostId, bytes);
}

const QUIET: StatusInput = {
  global: decodeGlobalSlot(encodeGlobalSlot({ maintenance: false })),
  slots: new Map([[1, hostSlot(1)]]),
  liveHostIds: new Set([1]),
};

const DAMAGED: HostSlot = { kind: 'rejected', reason: 'too-new', detail: 'metadata version 2' };

describe('text of --vm-status', () => {
  test('a live host shows every field in the fixed order', () => {
    assert.equal(
      renderStatusText(statusView(QUIET)),
      `
--== Host host1 (id: 1) status ==--

Host ID                            : 1
Host timestamp                     : 501
Score                              : 3400
Engine status                      : {"vm": "up", "health": "good", "detail": "Up"}
Hostname                           : host1
Local maintenance                  : False
stopped                            : False
crc32                              : ${crcOf(QUIET)}
conf_on_shared_storage             : True
local_conf_timestamp               : 400
Status up-to-date                  : True
Extra metadata (valid at timestamp):
\tmetadata_parse_version=1
\tmetadata_feature_version=1
\ttimestamp=501 (Tue Nov 14 22:13:20 2023)
\thost-id=1
\tscore=3400
\tvm_conf_refresh_time=400 (Tue Nov 14 22:11:40 2023)
\tconf_on_shared_storage=True
\tmaintenance=False
\tstate=EngineUp
\tstopped=False
`,
    );
  });

  test('a stale host shows no engine status of the past', () => {
    const text = renderStatusText(statusView({ ...QUIET, liveHostIds: new Set() }));
    assert.match(text, /^Engine status {22}: unknown stale-data$/m);
    assert.match(text, /^Status up-to-date {18}: False$/m);
  });

  test('a reader after the fact shows what is written and calls liveness unknown', () => {
    const text = renderStatusText(statusView({ ...QUIET, liveHostIds: 'unknown' }));
    assert.match(text, /^Engine status {22}: \{"vm": "up"/m);
    assert.match(text, /^Status up-to-date {18}: unknown$/m);
  });

  test('global maintenance is said before and after', () => {
    const global = decodeGlobalSlot(encodeGlobalSlot({ maintenance: true }));
    const lines = renderStatusText(statusView({ ...QUIET, global }))
      .trimEnd()
      .split('\n');
    const banner = '!! Cluster is in GLOBAL MAINTENANCE mode !!';
    assert.equal(lines.at(0), banner);
    assert.equal(lines.at(-1), banner);
    assert.equal(lines.filter((line) => line === banner).length, 2);
  });

  test('an unreadable flag is neither on nor off', () => {
    const global = decodeGlobalSlot(new Uint8Array(10));
    assert.match(renderStatusText(statusView({ ...QUIET, global })), /^!! .* cannot be read !!\n/);
  });

  test('a bad slot has its own block, and no other host changes', () => {
    const alone = renderStatusText(statusView(QUIET));
    const slots = new Map<number, HostSlot>([
      [2, DAMAGED],
      [3, { kind: 'empty' }],
      [1, hostSlot(1)],
    ]);
    const text = renderStatusText(statusView({ ...QUIET, slots }));
    assert.ok(text.startsWith(alone));
    assert.equal(
      text.slice(alone.length),
      `
--== Host unknown (id: 2) status ==--

Host ID                            : 2
Engine status                      : unknown stale-data
Status up-to-date                  : False
Slot rejected                      : too-new: metadata version 2
`,
    );
  });
});

describe('JSON of --vm-status', () => {
  test('has the keys that tools know, in their order', () => {
    const value = JSON.parse(statusJson(statusView(QUIET))) as Record<string, object>;
    assert.deepEqual(Object.keys(value), ['1', 'global_maintenance']);
    assert.deepEqual(Object.keys(value['1'] ?? {}), [
      'host-id',
      'host-ts',
      'score',
      'engine-status',
      'hostname',
      'maintenance',
      'stopped',
      'crc32',
      'conf_on_shared_storage',
      'local_conf_timestamp',
      'extra',
      'live-data',
    ]);
    assert.deepEqual(value['1'], {
      ...value['1'],
      'engine-status': { vm: 'up', health: 'good', detail: 'Up' },
      'live-data': true,
      maintenance: false,
    });
    assert.equal(value['global_maintenance'], false);
  });

  test('unknown is null, and a bad slot says why', () => {
    const view = statusView({
      global: decodeGlobalSlot(new Uint8Array(1)),
      slots: new Map([
        [1, hostSlot(1)],
        [2, DAMAGED],
      ]),
      liveHostIds: 'unknown',
    });
    const value = JSON.parse(statusJson(view)) as Record<string, Record<string, unknown>>;
    assert.equal(value['global_maintenance'], null);
    assert.equal(value['1']?.['live-data'], null);
    assert.deepEqual(value['2']?.['slot-rejected'], {
      reason: 'too-new',
      detail: 'metadata version 2',
    });
  });

  test('a time stamp beyond 2^53 keeps its digits', () => {
    const bytes = new Uint8Array(4096);
    bytes.set(new TextEncoder().encode('1|1|123456789012345678901|7|0|vm-down|old'));
    const slots = new Map([[7, decodeHostSlot(7, bytes)]]);
    const json = statusJson(statusView({ ...QUIET, slots }));
    assert.ok(json.includes('"host-ts": 123456789012345678901,'), json);
    assert.ok(json.includes('"engine-status": "vm-down"'), json);
  });
});

function crcOf(input: StatusInput): string {
  const slot = input.slots.get(1);
  return slot?.kind === 'host' ? (slot.record.crc32 ?? '') : '';
}
