// Starting, watching and ending the engine VM while set-up has it in its hands.

import { parseVmConf } from '@hosted-engine/formats';
import { HeError } from '@hosted-engine/ports';
import {
  domainXmlFromVmConf,
  isVdsmError,
  VDSM_CODE,
  type VdsmCaller,
  type VmStats,
} from '@hosted-engine/vdsm';
import { type VmBoot, vmConfText } from '../render/vm-conf.js';
import { hostdOf } from '../run/hostd-of.js';
import { finding, type Run, remember } from '../run/run.js';
import { settleFor, waitFor } from '../run/wait.js';
import { attempt, tolerate } from './tasks.js';

const START_WAIT = { everyMs: 500, atMostMs: 60_000 } as const;
const DESTROY_WAIT = { everyMs: 500, atMostMs: 60_000 } as const;

/** Creates the VM and waits until it runs. HE_VM_START_FAILED with QEMU's own words. */
export async function startVm(run: Run, boot: VmBoot): Promise<void> {
  const hostd = finding(run, 'hostd');
  const vmID = run.answers.get('OVEHOSTED_VM/vmUUID');
  const vmConf = parseVmConf(vmConfText(run.answers, boot));
  const xml = domainXmlFromVmConf(vmConf, { emulation: finding(run, 'emulation') });
  run.found.vmBoot = boot;
  await remember(run, { vmCreated: true });
  await attempt('cannot create the engine VM', () =>
    hostd.call('VM.create', { vmID, vmParams: { xml } }),
  );
  const started = await waitFor(run, START_WAIT, async () => {
    const stats = await statsOf(run);
    if (stats === undefined) return undefined;
    // One that has run and ended already did start.
    if (stats.status === 'Down' && stats.exitCode !== 0) throw startFailed(stats.exitMessage);
    return stats.status === 'WaitForLaunch' ? undefined : true;
  });
  if (started === undefined) throw startFailed('it does not get beyond WaitForLaunch');
}

export function startFailed(why: string): HeError {
  return new HeError('HE_VM_START_FAILED', `the engine VM did not start: ${why}`, {
    remedy: 'look at the log of vdsmd and of libvirt on this host',
  });
}

/** The VM as the host daemon sees it; undefined: it knows no such VM. */
export async function vmStats(hostd: VdsmCaller, vmID: string): Promise<VmStats | undefined> {
  try {
    const [stats] = await hostd.call('VM.getStats', { vmID });
    return stats;
  } catch (thrown) {
    if (isVdsmError(thrown, VDSM_CODE.noSuchVm)) return undefined;
    throw thrown;
  }
}

/** The same of this run's VM. */
export function statsOf(run: Run): Promise<VmStats | undefined> {
  return vmStats(finding(run, 'hostd'), run.answers.get('OVEHOSTED_VM/vmUUID'));
}

/** Why the VM runs no more: it is down, or was taken off the list by somebody. Undefined: it runs. */
export async function whyDown(run: Run): Promise<string | undefined> {
  const stats = await statsOf(run);
  if (stats === undefined) return 'it has disappeared';
  return stats.status === 'Down' ? stats.exitMessage : undefined;
}

export async function isVmDown(run: Run): Promise<boolean> {
  return (await whyDown(run)) !== undefined;
}

/** Ends the VM that this run started, whatever state it is in. Other VMs have other UUIDs. */
export async function destroyVm(run: Run): Promise<void> {
  if (run.found.vmCreated !== true) return;
  const hostd = hostdOf(run);
  const vmID = run.answers.get('OVEHOSTED_VM/vmUUID');
  const isGone = await settleFor(run.world.clock, DESTROY_WAIT, async () => {
    await tolerate([VDSM_CODE.noSuchVm], () => hostd.call('VM.destroy', { vmID }));
    return (await vmStats(hostd, vmID)) === undefined;
  });
  if (!isGone) throw new HeError('HE_FAILED', `the engine VM ${vmID} does not end`);
  await remember(run, { vmCreated: false });
}
