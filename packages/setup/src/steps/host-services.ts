import { IniDocument } from '@hosted-engine/formats';
import { HeError, messageOf } from '@hosted-engine/ports';
import { isVdsmError, VDSM_CODE } from '@hosted-engine/vdsm';
import { chooseCpu } from '../checks/cpu.js';
import { PATHS, UNITS } from '../paths.js';
import { setLibvirtValue } from '../render/libvirt-conf.js';
import { restoreFile } from '../run/restore-file.js';
import { finding, type Run } from '../run/run.js';
import type { Step } from '../run/step.js';
import { noteUnit, restoreUnit } from '../run/units.js';
import { waitFor } from '../run/wait.js';
import { refuseBusyHost } from './host-daemon.js';

/** libvirtd, sanlock and hostd answer within a second or two; a loaded machine gets a minute. */
const DAEMON_WAIT = { everyMs: 1000, atMostMs: 90_000 } as const;
const SYSTEM_FILE = { mode: 0o644 } as const;
/** Repeats the line so that a person sees that set-up is alive. */
const LINE_EVERY_ATTEMPTS = 10;

export const LIBVIRT_STEP: Step = {
  id: 'libvirt',
  stage: 'misc',
  supports: true,
  line: 'Configuring libvirt',
  do: configureLibvirt,
  undo: async (run) => {
    const changed = await restoreFile(run, PATHS.qemuConf, SYSTEM_FILE);
    const before = run.found.unitsBefore?.get(UNITS.libvirt);
    if (changed && before?.active === true) await run.world.services.restart(UNITS.libvirt);
    await restoreUnit(run, UNITS.libvirt);
    await restoreUnit(run, UNITS.sanlock);
  },
};

export const HOSTD_STEPS: readonly Step[] = [
  {
    id: 'vdsm-conf',
    stage: 'misc',
    supports: true,
    line: 'Configuring VDSM',
    do: configureVdsm,
    undo: async (run) => {
      await restoreFile(run, PATHS.vdsmConf, SYSTEM_FILE);
    },
  },
  {
    id: 'vdsmd',
    stage: 'misc',
    supports: true,
    line: 'Starting vdsmd',
    do: startHostd,
    undo: async (run) => {
      await run.found.hostd?.close();
      delete run.found.hostd;
      await restoreUnit(run, UNITS.hostd);
    },
  },
  { id: 'hardware', stage: 'misc', do: checkHardware },
];

/** I1 rests on libvirt's sanlock driver: without it QEMU would run with no lease. */
async function configureLibvirt(run: Run): Promise<void> {
  const { files, services } = run.world;
  const before = new TextDecoder().decode((await files.read(PATHS.qemuConf)) ?? new Uint8Array());
  const after = setLibvirtValue(before, 'lock_manager', 'sanlock');
  const mode = (await files.modeOf(PATHS.qemuConf)) ?? 0o600;
  const changed = await run.backups.write(PATHS.qemuConf, after, { mode });
  for (const unit of [UNITS.sanlock, UNITS.libvirt]) {
    await noteUnit(run, unit);
    await services.enable(unit);
    if (!(await services.isActive(unit))) await services.start(unit);
    else if (changed && unit === UNITS.libvirt) await services.restart(unit);
  }
}

async function configureVdsm(run: Run): Promise<void> {
  const bytes = await run.world.files.read(PATHS.vdsmConf);
  const text = bytes === undefined ? '' : new TextDecoder().decode(bytes);
  const { answers } = run;
  const document = IniDocument.parse(text, PATHS.vdsmConf)
    .with('vars', 'ssl', 'true')
    .with('vars', 'default_bridge', answers.get('OVEHOSTED_NETWORK/bridgeName'))
    .with('sanlock', 'io_timeout', String(answers.get('OVEHOSTED_VDSM/sanlockIoTimeout')))
    .with('devel', 'allow_emulation', String(answers.get('OVEHOSTED_VDSM/allowEmulation')));
  await run.backups.write(PATHS.vdsmConf, document.toString(), SYSTEM_FILE);
}

async function startHostd(run: Run): Promise<void> {
  const { services } = run.world;
  await noteUnit(run, UNITS.hostd);
  await services.enable(UNITS.hostd);
  // A daemon that is up holds the former certificates and settings.
  if (await services.isActive(UNITS.hostd)) await services.restart(UNITS.hostd);
  else await services.start(UNITS.hostd);
  await connectHostd(run);
}

/** The same daemon with other certificates. VMs go on meanwhile (I7). */
export async function restartHostd(run: Run): Promise<void> {
  await run.found.hostd?.close();
  delete run.found.hostd;
  await run.world.services.restart(UNITS.hostd);
  await connectHostd(run);
}

export async function connectHostd(run: Run): Promise<void> {
  let why = 'it did not answer';
  const session = await waitFor(run, DAEMON_WAIT, async (attempt) => {
    if (attempt % LINE_EVERY_ATTEMPTS === 1) run.dialog.info('Waiting for VDSM hardware info');
    try {
      const candidate = await run.world.hostd.connect(run.signal);
      try {
        await candidate.call('Host.getHardwareInfo', {});
        return candidate;
      } catch (thrown) {
        await candidate.close();
        throw thrown;
      }
    } catch (thrown) {
      why = messageOf(thrown);
      if (isPassing(thrown)) return undefined;
      throw thrown;
    }
  });
  if (session === undefined) {
    throw new HeError('HE_HOSTD_UNREACHABLE', `the host daemon does not come up: ${why}`, {
      remedy: 'look at `systemctl status vdsmd` and its log',
    });
  }
  await run.found.hostd?.close();
  run.found.hostd = session;
}

/** Not up yet, or up and still finding out about storage and VMs. */
function isPassing(thrown: unknown): boolean {
  if (isVdsmError(thrown, VDSM_CODE.recovering)) return true;
  return thrown instanceof HeError && thrown.code === 'HE_HOSTD_UNREACHABLE';
}

async function checkHardware(run: Run): Promise<void> {
  const hostd = finding(run, 'hostd');
  await refuseBusyHost(hostd, run);
  const capabilities = await hostd.call('Host.getCapabilities', {});
  const hasKvm = capabilities.kvmEnabled === 'true';
  if (!hasKvm && !run.answers.get('OVEHOSTED_VDSM/allowEmulation')) {
    throw new HeError('HE_HOST_UNSUITABLE', 'the host daemon cannot use hardware virtualization', {
      remedy:
        'check that /dev/kvm works; to try hosted engine without, give OVEHOSTED_VDSM/allowEmulation=bool:True',
    });
  }
  run.found.emulation = !hasKvm;
  settleCpu(run, capabilities.cpuFlags.split(','), !hasKvm);
}

/** What somebody chose is kept or refused; what the questions assumed gives way to what hostd knows. */
function settleCpu(run: Run, flags: readonly string[], isEmulated: boolean): void {
  const key = 'OVEHOSTED_VDSM/cpu';
  const hostModels = flags.filter((flag) => flag.startsWith('model_'));
  const assumed = run.answers.source(key) === 'default' ? run.answers.find(key) : undefined;
  const isAssumedWrongly = assumed !== undefined && !isEmulated && !hostModels.includes(assumed);
  if (isAssumedWrongly) run.answers.clear(key);
  const cpu = chooseCpu({ wanted: run.answers.find(key), hostModels, isEmulated });
  if (cpu === undefined) return;
  run.answers.setDefault(key, cpu);
  if (isAssumedWrongly) {
    run.dialog.warning(`The host daemon does not offer ${assumed}: the VM gets ${cpu}`);
  }
}
