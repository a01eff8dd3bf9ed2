import {
  decodeGlobalSlot,
  decodeHostSlot,
  encodeGlobalSlot,
  peerSlotOf,
  runsEngine,
} from '@hosted-engine/core';
import { FormatError, formatHaConf } from '@hosted-engine/formats';
import { HeError, SLOT_SIZE } from '@hosted-engine/ports';
import { PATHS } from '@hosted-engine/setup';
import { optionValue } from '../args.js';
import type { Command } from '../command.js';
import type { CliContext } from '../context.js';
import { requireDeployed } from '../deployed.js';

/** The HA daemon looks at the whiteboard every 2 s. */
const SEEN_ATTEMPTS = 24;
const SEEN_EVERY_MS = 250;
const MODES = ['global', 'local', 'none'] as const;

/** Each mode settles both flags: of the cluster and of this host. */
export const SET_MAINTENANCE: Command = {
  name: 'set-maintenance',
  summary: 'set the maintenance mode: global, local or none',
  details: [
    'global: no host starts, stops or moves the engine VM, whatever happens to it.',
    'local:  this host never starts the engine VM; one that runs here is migrated away. Refused while',
    '        no other host can take it, unless --force is given: then it is stopped.',
    'none:   both off.',
  ],
  options: [
    { name: 'mode', value: 'global|local|none', help: 'the mode to set' },
    { name: 'force', help: 'local: stop the engine VM if it cannot be moved' },
  ],
  shorthand: 'mode',
  run: async (context, options) => {
    const mode = MODES.find((candidate) => candidate === optionValue(options, 'mode'));
    if (mode === undefined) {
      const given = optionValue(options, 'mode');
      throw new HeError(
        'HE_USAGE',
        given === undefined ? 'The maintenance mode is missing' : `Invalid mode '${given}'`,
        { remedy: 'give --mode=global, --mode=local or --mode=none' },
      );
    }
    const { hostId } = await requireDeployed(context);
    const isForced = options.has('force');
    if (mode === 'local' && !isForced) await requireTarget(context, hostId);
    await context.broker.writeGlobalSlot(encodeGlobalSlot({ maintenance: mode === 'global' }));
    await setLocal(context, mode === 'local', isForced);
    await waitUntilSeen(context, mode === 'global');
    return 0;
  },
};

/** Row 13: a host that runs the engine VM is not taken out while nobody can take it over. */
async function requireTarget(context: CliContext, ownId: number): Promise<void> {
  const { slots, alive } = await context.broker.state();
  const hosts = [...slots].flatMap(([id, bytes]) => {
    const verdict = id === 0 ? undefined : decodeHostSlot(id, bytes);
    return verdict?.kind === 'host' ? [peerSlotOf(verdict.record)] : [];
  });
  const runsHere = hosts.some((host) => host.hostId === ownId && runsEngine(host.engine));
  const canTakeIt = hosts.some(
    (host) => host.hostId !== ownId && alive.has(host.hostId) && host.score > 0,
  );
  if (!runsHere || canTakeIt) return;
  throw new HeError('HE_NO_TARGET', 'the engine VM runs here and no other host can take it over', {
    remedy: 'bring another host up (see --vm-status), or give --force to stop the engine VM',
  });
}

/** So that whoever looks next sees it. A flag that is slow to show is set all the same. */
async function waitUntilSeen(context: CliContext, isOn: boolean): Promise<void> {
  for (let attempt = 0; attempt < SEEN_ATTEMPTS; attempt += 1) {
    if ((await seenFlag(context)) === isOn) return;
    await context.clock.sleep(SEEN_EVERY_MS, context.signal);
  }
  context.writeError('The mode is set; the HA daemon has not read it back yet\n');
}

/** The global flag as the HA daemon last read it; undefined when that cannot be told. */
async function seenFlag(context: CliContext): Promise<boolean | undefined> {
  try {
    const slot = new Uint8Array(SLOT_SIZE);
    slot.set((await context.broker.state()).slots.get(0) ?? []);
    const global = decodeGlobalSlot(slot);
    return global.kind === 'global' ? global.maintenance === true : undefined;
  } catch (thrown) {
    if (thrown instanceof HeError) return undefined;
    throw thrown;
  }
}

async function setLocal(context: CliContext, isOn: boolean, isForced: boolean): Promise<void> {
  const before = new TextDecoder().decode(
    (await context.files.read(PATHS.haConf)) ?? new Uint8Array(),
  );
  const conf = {
    localMaintenance: isOn,
    localMaintenanceManual: isOn,
    localMaintenanceForced: isOn && isForced,
  };
  try {
    const text = formatHaConf(conf, before);
    await context.files.write(PATHS.haConf, new TextEncoder().encode(text), { mode: 0o644 });
  } catch (thrown) {
    if (!(thrown instanceof FormatError)) throw thrown;
    throw new HeError('HE_CONFIG_INVALID', thrown.message, { cause: thrown });
  }
}
