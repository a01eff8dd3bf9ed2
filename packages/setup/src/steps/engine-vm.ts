import { parseVmConf } from '@hosted-engine/formats';
import { HeError } from '@hosted-engine/ports';
import {
  domainXmlFromVmConf,
  isVdsmError,
  VDSM_CODE,
  type VdsmCaller,
  type VmStats,
} from '@hosted-engine/vdsm';
import { PATHS } from '../paths.js';
import { seedFiles } from '../render/seed.js';
import { vmConfText } from '../render/vm-conf.js';
import { hostdOf } from '../run/hostd-of.js';
import { finding, type Run, remember } from '../run/run.js';
import type { Step } from '../run/step.js';
import { settleFor, waitFor } from '../run/wait.js';
import { isHandedOver, mustKeepAuthority } from './resume-point.js';
import { attempt, tolerate } from './tasks.js';

const NAME_SERVERS_MAX = 3;
/** The guest's own shutdown takes seconds; its data matters more than our time. */
const SHUTDOWN_WAIT = { everyMs: 1000, atMostMs: 300_000 } as const;
const SHUTDOWN_TIMEOUT_S = 240;
const DESTROY_WAIT = { everyMs: 500, atMostMs: 60_000 } as const;
/** The installation takes that long at most (setup-flow E.1). */
const TICKET_TTL_S = 10_800;

export const ENGINE_VM_STEPS: readonly Step[] = [
  { id: 'seed', stage: 'closeup', role: 'first', do: makeSeed, resume: resumeSeed },
  {
    id: 'vm',
    stage: 'closeup',
    role: 'first',
    line: 'Creating VM',
    do: createVm,
    undo: destroyVm,
    resume: resumeVm,
  },
  {
    id: 'console',
    stage: 'closeup',
    role: 'first',
    do: openConsole,
    resume: async (run) => (isHandedOver(run) ? 'keep' : 'again'),
  },
];

export const SHUT_DOWN_VM: Step = {
  id: 'vm-shutdown',
  stage: 'closeup',
  role: 'first',
  do: shutDownVm,
  // Whatever runs by then is what HA started.
  resume: async () => 'keep',
};

/** An engine that has taken its seed must not get another. */
async function resumeSeed(run: Run): Promise<'keep' | 'again'> {
  return mustKeepAuthority(run) ? 'keep' : 'again';
}

async function resumeVm(run: Run): Promise<'keep' | 'rewind'> {
  return isHandedOver(run) || run.found.isVmAlive === true ? 'keep' : 'rewind';
}

/** The disk that makes an engine of the appliance, seen by the first boot alone. */
async function makeSeed(run: Run): Promise<void> {
  const { answers, world } = run;
  const ca = finding(run, 'ca');
  if (ca.key === undefined) throw new Error('the first host has the key of its CA');
  const path = `${PATHS.seedDirectory}/seed.iso`;
  run.found.seedPath = path;
  const files = seedFiles({
    vmUuid: answers.get('OVEHOSTED_VM/vmUUID'),
    fqdn: answers.get('OVEHOSTED_NETWORK/fqdn'),
    macAddress: answers.get('OVEHOSTED_VM/vmMACAddr'),
    network: await staticNetwork(run),
    adminPassword: answers.get('OVEHOSTED_ENGINE/adminPassword'),
    caCertificate: ca.certificate,
    caKey: ca.key,
  });
  await world.images.makeIso(path, 'cidata', files);
}

async function staticNetwork(run: Run) {
  const cidr = run.answers.find('OVEHOSTED_VM/cloudinitVMStaticCIDR');
  if (cidr === undefined) return undefined;
  const given = run.answers.find('OVEHOSTED_VM/cloudinitVMDNS');
  const nameservers = given?.split(',').map((server) => server.trim()) ?? (await hostServers(run));
  return { cidr, gateway: run.answers.get('OVEHOSTED_NETWORK/gateway'), nameservers };
}

/** This host's own name servers; one on the loopback is of no use to a VM. */
async function hostServers(run: Run): Promise<string[]> {
  const bytes = await run.world.files.read(PATHS.resolvConf);
  const lines = new TextDecoder().decode(bytes ?? new Uint8Array()).split('\n');
  return lines
    .flatMap((line) => /^nameserver\s+(\S+)/.exec(line)?.[1] ?? [])
    .filter((server) => !server.startsWith('127.') && server !== '::1')
    .slice(0, NAME_SERVERS_MAX);
}

async function createVm(run: Run): Promise<void> {
  const hostd = finding(run, 'hostd');
  const vmID = run.answers.get('OVEHOSTED_VM/vmUUID');
  const vmConf = parseVmConf(vmConfText(run.answers, run.found.seedPath));
  const xml = domainXmlFromVmConf(vmConf, { emulation: finding(run, 'emulation') });
  await remember(run, { vmCreated: true });
  await attempt('cannot create the engine VM', () =>
    hostd.call('VM.create', { vmID, vmParams: { xml } }),
  );
  const started = await waitFor(run, DESTROY_WAIT, async () => {
    const stats = await vmStats(hostd, vmID);
    if (stats === undefined) return undefined;
    if (stats.status === 'Down') throw startFailed(stats.exitMessage);
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

/** Lets a person watch the boot. A host daemon without tickets leaves the console closed. */
async function openConsole(run: Run): Promise<void> {
  const hostd = finding(run, 'hostd');
  const vmID = run.answers.get('OVEHOSTED_VM/vmUUID');
  const password = finding(run, 'vncPassword');
  try {
    await hostd.call('VM.setTicket', {
      vmID,
      password,
      ttl: TICKET_TTL_S,
      existingConnAction: 'disconnect',
      params: {},
    });
  } catch (thrown) {
    const codes = [VDSM_CODE.methodNotFound, VDSM_CODE.ticketError, VDSM_CODE.notImplemented];
    if (!codes.some((code) => isVdsmError(thrown, code))) throw thrown;
    run.world.log.warn('the console cannot be opened', { why: String(thrown) });
    return;
  }
  const stats = await vmStats(hostd, vmID);
  const port = stats?.status === 'Down' ? undefined : stats?.displayInfo?.[0]?.port;
  run.dialog.note('You can now connect to the VM with the following command:');
  run.dialog.note(`    /usr/bin/remote-viewer vnc://localhost:${port ?? '5900'}`);
  run.dialog.note(`Use temporary password "${password}" to connect to vnc console.`);
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

/** The hand-over: HA starts it again, as a monitored service (specification, first host). */
async function shutDownVm(run: Run): Promise<void> {
  const hostd = finding(run, 'hostd');
  const vmID = run.answers.get('OVEHOSTED_VM/vmUUID');
  run.dialog.note('Shutting down the VM, to launch it as a monitored service.');
  run.dialog.note('The system will wait until the VM is down.');
  await attempt('cannot shut down the engine VM', () =>
    tolerate([VDSM_CODE.noSuchVm], () =>
      hostd.call('VM.shutdown', {
        vmID,
        delay: 0,
        message: 'The engine VM is handed over to the HA services',
        timeout: SHUTDOWN_TIMEOUT_S,
        force: true,
      }),
    ),
  );
  const isDown = await waitFor(run, SHUTDOWN_WAIT, async () => {
    const stats = await vmStats(hostd, vmID);
    return stats === undefined || stats.status === 'Down' ? true : undefined;
  });
  if (isDown !== true) run.dialog.warning('The VM does not shut down; it is powered off');
  // A VM that is down stays listed until it is destroyed.
  await destroyVm(run);
}
