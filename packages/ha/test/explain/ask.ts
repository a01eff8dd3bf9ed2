// Asks a host of the small world what `hosted-engine --explain` would say there.

import {
  type ExplainInput,
  explain,
  formatEntry,
  type JournalEntry,
  parseEntry,
  renderExplanation,
  statusOfRawSlots,
} from '@hosted-engine/core';
import { FAIL_S, type World } from '../world/world.js';

export interface AskOptions {
  /** The host's HA daemon does not answer. */
  readonly daemonDown?: boolean;
  readonly last?: number;
}

export async function inputOf(
  world: World,
  hostId: number,
  options: AskOptions = {},
): Promise<ExplainInput> {
  const host = world.host(hostId);
  // As they come back from disk.
  const history = host.journal.map((entry) => readBack(formatEntry(entry)));
  const last = history.findLast((entry) => entry.kind === 'decision');
  const isUp = options.daemonDown !== true && host.daemon !== undefined;
  const told = isUp ? host.daemon?.broker.decision() : undefined;
  const live = isUp ? await host.daemon?.broker.call('is_host_alive', []) : undefined;
  // The broker refuses while it cannot read the whiteboard.
  const stats = isUp
    ? await host.daemon?.broker.call('get_stats', []).catch(() => undefined)
    : undefined;
  const now = typeof told === 'string' && told !== '' ? readBack(told) : last;
  const decision = now?.kind === 'decision' ? now : undefined;
  return {
    hostId,
    hostname: `host${hostId}`,
    now: decision,
    ageS: decision === undefined ? 0 : (world.clock.wallMs() - decision.wallMs) / 1000,
    daemonFault: isUp ? undefined : 'connect ENOENT /run/ovirt-hosted-engine-ha/broker.socket',
    slots:
      stats === undefined
        ? undefined
        : statusOfRawSlots(slotsOf(stats), new Set(Array.isArray(live) ? live.map(Number) : [])),
    history,
    damagedLines: 0,
    last: options.last ?? 8,
    ioTimeoutS: FAIL_S / 8,
    timeText: (wallMs) => new Date(wallMs).toISOString().slice(11, 19),
  };
}

function slotsOf(stats: unknown): ReadonlyMap<number, Uint8Array> {
  const entries = Object.entries(stats as Record<string, Uint8Array>);
  return new Map(entries.map(([id, bytes]) => [Number(id), bytes]));
}

export async function ask(world: World, hostId: number, options: AskOptions = {}): Promise<string> {
  const input = await inputOf(world, hostId, options);
  return renderExplanation(explain(input), input);
}

function readBack(line: string): JournalEntry {
  const parsed = parseEntry(line);
  if (parsed.kind === 'fault') throw new Error(parsed.what);
  return parsed.entry;
}
