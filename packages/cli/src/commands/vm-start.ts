// Starts the engine VM by hand, and stays to see how it goes: the lease decides (house.md, I3), so that
// a start on two hosts at once ends well on one of them and with a name on the other.

import { type HostedEngineConf, parseVmConf } from '@hosted-engine/formats';
import { HeError } from '@hosted-engine/ports';
import {
  domainXmlFromVmConf,
  isVdsmError,
  VDSM_CODE,
  type VdsmCaller,
  type VmStats,
} from '@hosted-engine/vdsm';
import { optionValue } from '../args.js';
import type { Command } from '../command.js';
import type { CliContext } from '../context.js';
import { requireDeployed } from '../deployed.js';
import { leaseHolder } from '../lease-holder.js';
import { withHostd } from '../with-hostd.js';

const POLL_MS = 500;
/** A start that waits for the lease of a dead host gets it after 140 s with sanlock's default. */
const OUTCOME_WAIT_S = 240;
/** By then a start that is not parked has left WaitForLaunch. */
const PARKED_AFTER_S = 5;

const VM_CONF_OPTION = {
  name: 'vm-conf',
  value: 'FILE',
  help: 'take the definition of the VM from FILE',
} as const;

export const VM_START: Command = {
  name: 'vm-start',
  summary: 'start the engine VM on this host',
  details: ['It starts only if no other host runs it: the lease on the shared storage decides.'],
  options: [VM_CONF_OPTION],
  run: (context, options) => startFrom(context, optionValue(options, 'vm-conf'), ''),
};

export const VM_START_PAUSED: Command = {
  name: 'vm-start-paused',
  summary: 'start the engine VM on this host, and stop it before its first instruction',
  details: ['`virsh resume` lets it go on; until then a console can be connected to it.'],
  options: [VM_CONF_OPTION],
  run: (context, options) =>
    startFrom(context, optionValue(options, 'vm-conf'), '\nlaunchPaused=true\n'),
};

async function startFrom(
  context: CliContext,
  file: string | undefined,
  addition: string,
): Promise<number> {
  const conf = await requireDeployed(context);
  const text = await readVmConf(context, file ?? conf.vmConfPath);
  return withHostd(context, (hostd) => start(context, hostd, conf, `${text}${addition}`));
}

async function readVmConf(context: CliContext, path: string): Promise<string> {
  const bytes = await context.files.read(path);
  if (bytes !== undefined) return new TextDecoder().decode(bytes);
  throw new HeError('HE_CONFIG_INVALID', `the definition of the engine VM, ${path}, is not there`, {
    remedy:
      'start ovirt-ha-agent, which fetches it from the shared storage, or give --vm-conf=FILE',
  });
}

async function start(
  context: CliContext,
  hostd: VdsmCaller,
  conf: HostedEngineConf,
  text: string,
): Promise<number> {
  const vmID = conf.vmId;
  await clearTheWay(context, hostd, vmID);
  const { kvmEnabled } = await hostd.call('Host.getCapabilities', {});
  const xml = domainXmlFromVmConf(parseVmConf(text), { emulation: kvmEnabled !== 'true' });
  try {
    await hostd.call('VM.create', { vmID, vmParams: { xml } });
  } catch (thrown) {
    if (!isVdsmError(thrown, VDSM_CODE.vmExists)) throw thrown;
    throw alreadyThere('just started by somebody else');
  }
  return watch(context, hostd, conf);
}

/** A VM that is down stays listed, and would keep the new one from starting. */
async function clearTheWay(context: CliContext, hostd: VdsmCaller, vmID: string): Promise<void> {
  const stats = await statsOf(hostd, vmID);
  if (stats === undefined) return;
  if (stats.status !== 'Down') throw alreadyThere(stats.status);
  await hostd.call('VM.destroy', { vmID });
  const endS = context.clock.monotonicS() + PARKED_AFTER_S;
  while ((await statsOf(hostd, vmID)) !== undefined && context.clock.monotonicS() < endS) {
    await context.clock.sleep(POLL_MS, context.signal);
  }
}

function alreadyThere(state: string): HeError {
  return new HeError('HE_VM_EXISTS', `VM exists and its status is ${state}`);
}

async function statsOf(hostd: VdsmCaller, vmID: string): Promise<VmStats | undefined> {
  try {
    return (await hostd.call('VM.getStats', { vmID }))[0];
  } catch (thrown) {
    if (isVdsmError(thrown, VDSM_CODE.noSuchVm)) return undefined;
    throw thrown;
  }
}

async function watch(
  context: CliContext,
  hostd: VdsmCaller,
  conf: HostedEngineConf,
): Promise<number> {
  const { clock, signal } = context;
  const startS = clock.monotonicS();
  let isParked = false;
  while (clock.monotonicS() - startS < OUTCOME_WAIT_S && !signal.aborted) {
    const stats = await statsOf(hostd, conf.vmId);
    if (stats === undefined)
      throw failed('it ended at once, and its entry was cleared away', CLEARED_REMEDY);
    if (stats.status === 'Down') {
      await hostd.call('VM.destroy', { vmID: conf.vmId });
      throw await whyDown(context, hostd, conf, stats.exitMessage);
    }
    if (stats.status !== 'WaitForLaunch') {
      context.write(`VM ${conf.vmId} started: ${stats.status}\n`);
      return 0;
    }
    if (!isParked && clock.monotonicS() - startS > PARKED_AFTER_S) {
      isParked = true;
      const holder = await leaseHolder(context, hostd, conf);
      const whose = holder === undefined ? 'the lease' : `the lease of ${holder}`;
      context.write(`VM is in WaitForLaunch: waiting for ${whose}\n`);
    }
    await clock.sleep(POLL_MS, signal);
  }
  if (signal.aborted) throw new HeError('HE_ABORTED', 'no longer waiting; the start goes on');
  throw failed(`it is still in WaitForLaunch after ${OUTCOME_WAIT_S} s; the start goes on`);
}

/** libvirt's and sanlock's words for a lease that another host has. */
const LEASE_HELD = /failed to acquire lock|lease is held|another process using the image|-243/i;

async function whyDown(
  context: CliContext,
  hostd: VdsmCaller,
  conf: HostedEngineConf,
  exitMessage: string,
): Promise<HeError> {
  if (!LEASE_HELD.test(exitMessage)) return failed(exitMessage);
  const holder = (await leaseHolder(context, hostd, conf)) ?? 'another host';
  return new HeError('HE_LEASE_HELD', `the engine VM's lease is held by ${holder}`, {
    remedy: 'the engine VM runs there; `hosted-engine --vm-status` shows its state',
  });
}

const LOG_REMEDY = 'look at the log of vdsmd and of libvirt';
/** The HA daemon clears a dead VM away within its next turn, and remembers what it died of. */
const CLEARED_REMEDY = `run hosted-engine --explain, which has what it ended of, or ${LOG_REMEDY}`;

function failed(why: string, remedy = LOG_REMEDY): HeError {
  return new HeError('HE_VM_START_FAILED', `the engine VM did not start: ${why}`, { remedy });
}
