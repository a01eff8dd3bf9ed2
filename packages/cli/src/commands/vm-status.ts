import {
  decodeGlobalSlot,
  decodeHostSlot,
  type HostSlot,
  renderStatusText,
  type StatusView,
  statusJson,
  statusView,
} from '@hosted-engine/core';
import { HeError, SLOT_SIZE } from '@hosted-engine/ports';
import { optionValue } from '../args.js';
import type { Command } from '../command.js';
import type { CliContext } from '../context.js';
import { requireDeployed } from '../deployed.js';

export const VM_STATUS: Command = {
  name: 'vm-status',
  summary: 'show the state of the engine VM and of every host, as the hosts report it',
  details: [
    'With --metadata nothing else is needed: no daemon, no deployment. Whether a host is still',
    'alive cannot be told from a file, and is shown as unknown.',
  ],
  options: [
    { name: 'json', help: 'print one JSON object' },
    {
      name: 'metadata',
      value: 'FILE',
      help: 'read the whiteboard in FILE: a volume, a device or a copy',
    },
  ],
  run: async (context, options) => {
    const path = optionValue(options, 'metadata');
    const view = path === undefined ? await ofDaemon(context) : await ofFile(context, path);
    if (view.hosts.length === 0) {
      throw new HeError('HE_FAILED', 'no host has reported its state yet', {
        remedy: 'check that ovirt-ha-agent runs on the hosts, and try again in a moment',
      });
    }
    context.write(options.has('json') ? `${statusJson(view)}\n` : renderStatusText(view));
    return 0;
  },
};

async function ofDaemon(context: CliContext): Promise<StatusView> {
  await requireDeployed(context);
  const [slots, liveHostIds] = await Promise.all([
    context.broker.slots(),
    context.broker.aliveHostIds(),
  ]);
  return viewOf(slots, liveHostIds);
}

async function ofFile(context: CliContext, path: string): Promise<StatusView> {
  const bytes = await context.readWhiteboard(path);
  const slots = new Map<number, Uint8Array>();
  for (let at = 0; at < bytes.length; at += SLOT_SIZE) {
    slots.set(at / SLOT_SIZE, bytes.subarray(at, at + SLOT_SIZE));
  }
  return viewOf(slots, 'unknown');
}

function viewOf(
  raw: ReadonlyMap<number, Uint8Array>,
  liveHostIds: ReadonlySet<number> | 'unknown',
): StatusView {
  const slots = new Map<number, HostSlot>();
  for (const [id, bytes] of raw) {
    if (id !== 0) slots.set(id, decodeHostSlot(id, whole(bytes)));
  }
  return statusView({ global: decodeGlobalSlot(whole(raw.get(0))), slots, liveHostIds });
}

/** A slot behind the end of the data, or cut off by it, reads as zeros there. */
function whole(bytes: Uint8Array = new Uint8Array()): Uint8Array {
  const slot = new Uint8Array(SLOT_SIZE);
  slot.set(bytes.subarray(0, SLOT_SIZE));
  return slot;
}
