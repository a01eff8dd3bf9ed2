import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { EngineStatus } from '../../src/engine-status.js';
import {
  decodeGlobalSlot,
  decodeHostSlot,
  encodeHostSlot,
  type HostSlot,
  hostRecordFields,
  pythonJson,
  SlotTooLongError,
} from '../../src/whiteboard/index.js';

interface SlotVector {
  readonly name: string;
  readonly slot: string;
  readonly length: number;
  readonly bytes: string;
  readonly accepted?: Readonly<Record<string, unknown>> | null;
  readonly rejected?: string;
}

interface WrittenVector {
  readonly name: string;
  readonly input: {
    readonly state: string;
    readonly collect_start: number;
    readonly time_epoch: number;
    readonly host_id: number;
    readonly local: {
      readonly 'engine-health': EngineStatus | null;
      readonly maintenance: boolean;
    };
    readonly hostname: string;
    readonly conf_on_shared_storage: boolean;
    readonly vm_conf_refresh_time: number;
    readonly vm_conf_refresh_time_epoch: number;
    readonly timeout_start_time: number | null;
    readonly score: number;
  };
  readonly bytes?: string;
  readonly error?: { readonly message: string };
}

interface Vectors {
  readonly host_slots: readonly SlotVector[];
  readonly written_slots: readonly WrittenVector[];
  readonly global_slots: readonly SlotVector[];
}

/** Integers that a JavaScript number cannot hold are read as text, so that all digits are compared. */
function readVectors(): Vectors {
  const path = fileURLToPath(new URL('../../../test/vectors/whiteboard.json', import.meta.url));
  const text = readFileSync(path, 'utf8');
  return JSON.parse(text.replace(/: (\d{17,})/g, ': "big:$1"')) as Vectors;
}

function paddedBytes(base64: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(Buffer.from(base64, 'base64'));
  return bytes;
}

function comparable(fields: unknown): string {
  const sorted = Object.entries(fields as Record<string, string>).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return pythonJson(Object.fromEntries(sorted)).replace(/"big:(\d+)"/g, '$1');
}

/** The recordings know no empty slot, and call everything but a newer version malformed. */
function verdictOf(slot: HostSlot): string {
  if (slot.kind === 'host') return 'accepted';
  if (slot.kind === 'rejected' && slot.reason === 'too-new') return 'too-new';
  return 'malformed';
}

/** How long the original runs the timer of each state, in seconds. */
const TIMERS_S: Readonly<Record<string, number>> = {
  EngineStarting: 600,
  EngineStop: 300,
  EngineUpBadHealth: 300,
  EngineMaybeAway: 40,
  EngineUnexpectedlyDown: 560,
};

const vectors = readVectors();

describe('recorded host slots', () => {
  for (const vector of vectors.host_slots) {
    test(vector.name, () => {
      const slot = decodeHostSlot(vector.slot, paddedBytes(vector.bytes, vector.length));
      if (vector.accepted === null) {
        // The original crashed on it. Ours refuses it, and nothing else.
        assert.equal(slot.kind, 'rejected');
      } else if (vector.accepted === undefined) {
        assert.equal(verdictOf(slot), vector.rejected);
      } else {
        assert.equal(slot.kind, 'host', JSON.stringify(slot));
        if (slot.kind !== 'host') return;
        assert.equal(comparable(hostRecordFields(slot.record)), comparable(vector.accepted));
      }
    });
  }
});

describe('recorded global slots', () => {
  for (const vector of vectors.global_slots) {
    test(vector.name, () => {
      const slot = decodeGlobalSlot(paddedBytes(vector.bytes, vector.length));
      if (vector.rejected !== undefined) {
        assert.equal(slot.kind, 'rejected');
        return;
      }
      assert.equal(slot.kind, 'global');
      if (slot.kind === 'global') {
        assert.equal(slot.maintenance, vector.accepted?.['maintenance']);
      }
    });
  }
});

describe('recorded writes', () => {
  for (const vector of vectors.written_slots) {
    test(vector.name, () => {
      const { input } = vector;
      const timerS = TIMERS_S[input.state];
      const write = (): Uint8Array =>
        encodeHostSlot({
          hostId: input.host_id,
          timestampS: input.collect_start,
          timestampWallS: input.collect_start + input.time_epoch,
          score: input.score,
          engineStatus: input.local['engine-health'] ?? undefined,
          hostname: input.hostname,
          localMaintenance: input.local.maintenance,
          stopped: input.state === 'AgentStopped',
          confOnSharedStorage: input.conf_on_shared_storage,
          vmConfRefreshS: input.vm_conf_refresh_time,
          vmConfRefreshWallS: input.vm_conf_refresh_time + input.vm_conf_refresh_time_epoch,
          state: input.state,
          ...(input.timeout_start_time !== null && timerS !== undefined
            ? { timeoutWallS: input.timeout_start_time + timerS }
            : {}),
        });
      if (vector.bytes === undefined) {
        assert.throws(write, SlotTooLongError);
        return;
      }
      const expected = paddedBytes(vector.bytes, 4096);
      const written = write();
      assert.equal(Buffer.from(written).toString(), Buffer.from(expected).toString());
      assert.deepEqual(written, expected);
    });
  }
});
