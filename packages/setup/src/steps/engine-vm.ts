// The engine VM's life before HA takes it over: installed from its media if it has to be, started from its
// own disk, and shut down for the hand-over (setup-flow E.1).

import { HeError } from '@hosted-engine/ports';
import { VDSM_CODE } from '@hosted-engine/vdsm';
import { PATHS } from '../paths.js';
import { seedFiles } from '../render/seed.js';
import { finding, type Run } from '../run/run.js';
import { keep, type Step } from '../run/step.js';
import { waitFor } from '../run/wait.js';
import { askYesNo } from './closeup-questions.js';
import { openConsole } from './console.js';
import {
  isHandedOver,
  isInstalledByHand,
  keepOnceHandedOver,
  mustKeepAuthority,
} from './resume-point.js';
import { attempt, tolerate } from './tasks.js';
import { destroyVm, isVmDown, startVm, statsOf } from './vm-control.js';

const NAME_SERVERS_MAX = 3;
/** The guest's own shutdown takes seconds; its data matters more than our time. */
const SHUTDOWN_WAIT = { everyMs: 1000, atMostMs: 300_000 } as const;
const SHUTDOWN_TIMEOUT_S = 240;
/** A person at work is not hurried; somebody who has gone for good ends the run by its signal. */
const PERSON_WAIT = { everyMs: 1000, atMostMs: Number.MAX_SAFE_INTEGER } as const;
/** Nobody watches an unattended installation: one that takes longer hangs. */
const INSTALL_WAIT = { everyMs: 1000, atMostMs: 3 * 3600 * 1000 } as const;

export const ENGINE_VM_STEPS: readonly Step[] = [
  {
    id: 'vm-install',
    stage: 'closeup',
    role: 'first',
    do: installSystem,
    undo: destroyVm,
    resume: keep,
  },
  { id: 'seed', stage: 'closeup', role: 'first', do: makeSeed, resume: resumeSeed },
  {
    id: 'vm',
    stage: 'closeup',
    role: 'first',
    line: 'Creating VM',
    do: (run) => startVm(run, { from: 'disk', cdrom: run.found.seedPath ?? '' }),
    undo: destroyVm,
    resume: resumeVm,
  },
  {
    id: 'console',
    stage: 'closeup',
    role: 'first',
    do: openConsole,
    resume: keepOnceHandedOver,
  },
];

export const SHUT_DOWN_VM: Step = {
  id: 'vm-shutdown',
  stage: 'closeup',
  role: 'first',
  do: handOver,
  // Whatever runs by then is what HA started.
  resume: keep,
};

/** An engine that has taken its seed must not get another. */
async function resumeSeed(run: Run): Promise<'keep' | 'again'> {
  return mustKeepAuthority(run) ? 'keep' : 'again';
}

async function resumeVm(run: Run): Promise<'keep' | 'rewind'> {
  return isHandedOver(run) || run.found.isVmAlive === true ? 'keep' : 'rewind';
}

/** Boots the installation media, as often as it takes, until the system is on the disk. */
async function installSystem(run: Run): Promise<void> {
  const { answers, dialog } = run;
  const device = answers.get('OVEHOSTED_VM/vmBoot');
  if (device === 'disk') return;
  const boot =
    device === 'pxe'
      ? ({ from: 'network', cdrom: '' } as const)
      : ({ from: 'cdrom', cdrom: answers.get('OVEHOSTED_VM/vmCDRom') } as const);
  for (;;) {
    dialog.info('Creating VM');
    await startVm(run, boot);
    await openConsole(run);
    dialog.note('Please install the OS on the VM.');
    dialog.note(
      'When the installation is completed reboot or shutdown the VM: the system will wait until then',
    );
    await waitUntilDown(run, dialog.interactive ? PERSON_WAIT : INSTALL_WAIT);
    const stats = await statsOf(run);
    if (stats?.status === 'Down' && stats.exitCode !== 0) {
      dialog.warning(`The VM did not end by itself: ${stats.exitMessage}`);
    }
    // A guest's reboot ends the VM as well; one that is down stays listed until it is destroyed.
    await destroyVm(run);
    const isInstalled = await askYesNo(run, {
      key: 'osInstalled',
      prompt:
        'Has the OS installation been completed successfully?\n' +
        'Answering no will allow you to reboot from the previously selected boot media. (Yes, No)[Yes]:',
      fallback: true,
    });
    if (isInstalled) return;
    const again = await askYesNo(run, {
      key: 'osInstallAgain',
      prompt: 'Do you want to try again to install the OS on the VM? (Yes, No)[Yes]:',
      fallback: true,
    });
    if (!again) throw new HeError('HE_ABORTED', 'the installation of the OS was given up');
  }
}

/** The disk that makes an engine of the appliance, seen by the first boot from the VM's own disk alone. */
async function makeSeed(run: Run): Promise<void> {
  const { answers, world } = run;
  if (isInstalledByHand(run)) return;
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

/** HA starts the VM again, as a monitored service (specification, first host). */
async function handOver(run: Run): Promise<void> {
  const { answers, dialog } = run;
  const isAutomatic = answers.find('OVEHOSTED_VM/automateVMShutdown') ?? !dialog.interactive;
  if (isAutomatic) {
    await shutDown(run);
  } else {
    dialog.note('Please shutdown the VM allowing the system to launch it as a monitored service.');
    dialog.note('The system will wait until the VM is down.');
    await waitUntilDown(run, PERSON_WAIT);
  }
  // A VM that is down stays listed until it is destroyed.
  await destroyVm(run);
}

async function shutDown(run: Run): Promise<void> {
  const hostd = finding(run, 'hostd');
  run.dialog.note('Shutting down the VM, to launch it as a monitored service.');
  run.dialog.note('The system will wait until the VM is down.');
  await attempt('cannot shut down the engine VM', () =>
    tolerate([VDSM_CODE.noSuchVm], () =>
      hostd.call('VM.shutdown', {
        vmID: run.answers.get('OVEHOSTED_VM/vmUUID'),
        delay: 0,
        message: 'The engine VM is handed over to the HA services',
        timeout: SHUTDOWN_TIMEOUT_S,
        force: true,
      }),
    ),
  );
  const isDown = await waitFor(run, SHUTDOWN_WAIT, async () =>
    (await isVmDown(run)) ? true : undefined,
  );
  if (isDown !== true) run.dialog.warning('The VM does not shut down; it is powered off');
}

async function waitUntilDown(
  run: Run,
  wait: { readonly everyMs: number; readonly atMostMs: number },
): Promise<void> {
  const isDown = await waitFor(run, wait, async () => ((await isVmDown(run)) ? true : undefined));
  if (isDown === true) return;
  throw new HeError('HE_FAILED', `the VM is still up after ${wait.atMostMs / 3_600_000} hours`, {
    remedy: 'look at its console; the installation may wait for an answer there',
  });
}
