import { HeError, messageOf } from '@hosted-engine/ports';
import { PATHS, UNITS } from '../paths.js';
import type { HostFacts } from '../ports.js';
import type { Run } from '../run/run.js';
import type { Step } from '../run/step.js';
import { askIfMissing, refuseMissing } from './ask.js';
import { refuseBusyHost } from './host-daemon.js';
import { loadAnswers } from './load-answers.js';

/** Programs that set-up itself runs, and what for is plain from their names. */
const PROGRAMS = ['ping', 'systemctl', 'mount', 'umount', 'qemu-img', 'sanlock'] as const;

/** Set-up changes system files, mounts and services. */
export function requireRoot(facts: HostFacts): void {
  if (facts.isRoot()) return;
  throw new HeError('HE_NOT_PERMITTED', 'the deployment needs the rights of root', {
    remedy: 'run it as root',
  });
}

/** What comes before anything else, an earlier run included. */
export const FIRST_STEPS: readonly Step[] = [
  {
    id: 'privileges',
    stage: 'init',
    do: async (run) => requireRoot(run.world.facts),
  },
  {
    id: 'run-lock',
    stage: 'init',
    do: async (run) => {
      run.found.lock = await run.world.lock.acquire();
      // A run that was killed may have left secrets behind.
      await run.world.files.removeTree(PATHS.seedDirectory);
    },
  },
  { id: 'answers', stage: 'init', do: loadAnswers },
];

/** Stages that come before the first question: nothing here changes the host. */
export const PREPARE_STEPS: readonly Step[] = [
  {
    id: 'required-answers',
    stage: 'init',
    // Without the storage path nobody can say which host this is; the first needs the most answers.
    do: async (run) => {
      const path = run.answers.find('OVEHOSTED_STORAGE/storageDomainConnection');
      refuseMissing(run, path === undefined ? 'first' : 'additional');
    },
  },
  { id: 'proceed', stage: 'init', do: proceed },
  { id: 'not-deployed', stage: 'init', do: refuseDeployed },
  {
    id: 'console-password',
    stage: 'init',
    line: 'Generating a temporary VNC password.',
    do: async (run) => {
      run.found.vncPassword = consolePassword(run);
    },
  },
  { id: 'describe-run', stage: 'setup', do: describeRun },
  { id: 'virtualization', stage: 'setup', do: checkVirtualization },
  { id: 'bridge-present', stage: 'setup', do: reportBridge },
  { id: 'programs', stage: 'programs', do: checkPrograms },
  { id: 'idle-host', stage: 'late-setup', do: checkRunningDaemon },
];

async function proceed(run: Run): Promise<void> {
  if (!(await askIfMissing(run, 'OVEHOSTED_CORE/deployProceed'))) throw declined();
  if (!run.options.isUnprotectedSession || !run.dialog.interactive) return;
  if (!(await askIfMissing(run, 'OVEHOSTED_CORE/screenProceed'))) throw declined();
}

function declined(): HeError {
  return new HeError('HE_ABORTED', 'the answers say not to proceed');
}

async function refuseDeployed(run: Run): Promise<void> {
  // What a resumed run finds here is its own.
  if (run.found.earlier !== undefined) return;
  const conf = await run.world.files.read(PATHS.hostedEngineConf);
  if (conf === undefined || conf.length === 0) return;
  throw new HeError(
    'HE_ALREADY_DEPLOYED',
    `this host is deployed already: ${PATHS.hostedEngineConf} exists`,
    {
      remedy:
        'use `hosted-engine --vm-status` to look at it; to deploy it again, run ovirt-hosted-engine-cleanup first',
    },
  );
}

/** Four digits and four letters, as people are used to read them off; VNC counts eight characters. */
function consolePassword(run: Run): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  const bytes = [...run.world.random.bytes(8)];
  const digits = bytes.slice(0, 4).map((byte) => String(byte % 10));
  const text = bytes.slice(4).map((byte) => letters[byte % letters.length] ?? 'x');
  const password = [...digits, ...text].join('');
  run.world.log.hide(password);
  return password;
}

async function describeRun(run: Run): Promise<void> {
  const files = run.options.configFiles.map((file) => `'${file}'`).join(', ');
  run.dialog.note(`Configuration files: [${files}]`);
  run.dialog.note(`Log file: ${run.world.log.path}`);
  run.dialog.note(`Version: ${run.options.version}`);
}

async function checkVirtualization(run: Run): Promise<void> {
  const state = await run.world.facts.virtualization();
  if (state === 'supported') {
    run.dialog.info('Hardware supports virtualization');
    return;
  }
  if (run.answers.get('OVEHOSTED_VDSM/allowEmulation')) {
    run.dialog.warning('Hardware virtualization is not available: the VM is emulated, and slow');
    return;
  }
  if (state === 'unknown') {
    run.dialog.warning('Cannot tell whether the hardware supports virtualization');
    return;
  }
  throw new HeError('HE_HOST_UNSUITABLE', 'hardware does not support virtualization', {
    remedy:
      'enable VT-x or AMD-V in the firmware; to try hosted engine without, give OVEHOSTED_VDSM/allowEmulation=bool:True',
  });
}

async function reportBridge(run: Run): Promise<void> {
  const bridge = run.answers.get('OVEHOSTED_NETWORK/bridgeName');
  if (await run.world.facts.isBridge(bridge)) run.dialog.info(`Bridge ${bridge} already created`);
}

async function checkPrograms(run: Run): Promise<void> {
  const missing = [...(await run.world.facts.missingPrograms(PROGRAMS))];
  const isoMakers = ['xorriso', 'genisoimage'];
  const missingMakers = await run.world.facts.missingPrograms(isoMakers);
  if (missingMakers.length === isoMakers.length) missing.push(isoMakers.join(' or '));
  if (missing.length === 0) return;
  throw new HeError('HE_HOST_UNSUITABLE', `missing programs: ${missing.join(', ')}`, {
    remedy: 'install the packages that hold them',
  });
}

/** A host daemon that is up already tells of VMs and pools before anything is touched. */
async function checkRunningDaemon(run: Run): Promise<void> {
  if (!(await run.world.services.isActive(UNITS.hostd))) return;
  let session: Awaited<ReturnType<typeof run.world.hostd.connect>>;
  try {
    session = await run.world.hostd.connect(run.signal);
  } catch (thrown) {
    // Its certificates may be of another installation; the check is made again once ours are in place.
    if (!(thrown instanceof HeError) || thrown.code !== 'HE_HOSTD_UNREACHABLE') throw thrown;
    run.world.log.warn('the host daemon is running but cannot be asked', { why: thrown.message });
    return;
  }
  try {
    await refuseBusyHost(session, run);
  } finally {
    await session.close();
  }
}

/** Gives back what a run holds, however it ended. What fails here is logged, and keeps nothing else. */
export async function releaseRun(run: Run): Promise<void> {
  const { found, world } = run;
  const releases: readonly (() => Promise<void> | undefined)[] = [
    () => (found.lock === undefined ? undefined : world.files.removeTree(PATHS.seedDirectory)),
    () => found.hostd?.close(),
    () => found.view?.close(),
    () => found.lock?.release(),
  ];
  for (const release of releases) {
    try {
      await release();
    } catch (thrown) {
      world.log.error('clean-up failed', { why: messageOf(thrown) });
    }
  }
}
