import { renderStatus, type StatusView, statusOfRawSlots } from '@hosted-engine/core/whiteboard';
import type { BoardState } from '@hosted-engine/ports';
import { HeError } from '@hosted-engine/ports/he-error';
import { SLOT_SIZE } from '@hosted-engine/ports/whiteboard';
import { optionValue } from '../args.js';
import type { Command } from '../command.js';
import type { CliContext } from '../context.js';

export const VM_STATUS: Command = {
  name: 'vm-status',
  summary: 'show the state of the engine VM and of every host, as the hosts report it',
  details: [
    'With --metadata nothing else is needed: no daemon, no deployment. Whether a host is still',
    'alive cannot be told from a file, and is shown as unknown.',
    'With --watch a short table is kept up to date until q or CTRL-C is pressed; into a pipe it is',
    'printed at each change.',
  ],
  options: [
    { name: 'json', help: 'print one JSON object; with --watch one in a line at each change' },
    { name: 'watch', help: 'go on showing it' },
    {
      name: 'metadata',
      value: 'FILE',
      help: 'read the whiteboard in FILE: a volume, a device or a copy',
    },
  ],
  run: async (context, options) => {
    const path = optionValue(options, 'metadata');
    const isJson = options.has('json');
    if (options.has('watch')) {
      const { watchStatus } = await import('../watch/watch.js');
      const look = () => (path === undefined ? ofDaemon(context) : ofFile(context, path));
      return watchStatus(context, look, isJson);
    }
    const view = path === undefined ? await ofDaemon(context) : await ofFile(context, path);
    if (view.hosts.length === 0) {
      throw new HeError('HE_FAILED', 'no host has reported its state yet', {
        remedy: 'check that ovirt-ha-agent runs on the hosts, and try again in a moment',
      });
    }
    context.write(renderStatus(view, isJson));
    return 0;
  },
};

async function ofDaemon(context: CliContext): Promise<StatusView> {
  const { slots, alive } = await stateOf(context);
  return statusOfRawSlots(slots, alive);
}

/** A daemon that answers is all that is needed. One that does not may be missing for want of a deployment. */
async function stateOf(context: CliContext): Promise<BoardState> {
  try {
    return await context.broker.state();
  } catch (thrown) {
    if (!(thrown instanceof HeError) || thrown.code !== 'HE_HA_UNREACHABLE') throw thrown;
    const { requireDeployed } = await import('../deployed.js');
    await requireDeployed(context);
    throw thrown;
  }
}

async function ofFile(context: CliContext, path: string): Promise<StatusView> {
  const bytes = await context.readWhiteboard(path);
  const slots = new Map<number, Uint8Array>();
  for (let at = 0; at < bytes.length; at += SLOT_SIZE) {
    slots.set(at / SLOT_SIZE, bytes.subarray(at, at + SLOT_SIZE));
  }
  return statusOfRawSlots(slots, 'unknown');
}
