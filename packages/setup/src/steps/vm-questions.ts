import type { AnswerName, AnswerValue } from '../answers/catalogue.js';
import { invalidAnswer } from '../answers/read-value.js';
import { supportedCpuTypes, unsupportedCpu } from '../checks/cpu.js';
import {
  bytesNeeded,
  checkDisk,
  checkMemory,
  checkVCpus,
  gigabytes,
  storageTooSmall,
} from '../checks/sizes.js';
import type { Run } from '../run/run.js';
import type { Step } from '../run/step.js';
import { type AskOptions, askIfMissing } from './ask.js';
import { titleStep } from './questions.js';

export const VM_TITLE = titleStep('vm-title', 'VM CONFIGURATION', 'first');

export const VM_QUESTIONS: readonly Step[] = [
  // An additional host is shown the list too, and checks the cluster's choice against it.
  { id: 'cpu-type', stage: 'customization', do: askCpuType },
  { id: 'vm-cpus', stage: 'customization', role: 'first', do: askVCpus },
  { id: 'vm-disk', stage: 'customization', role: 'first', do: askDisk },
  { id: 'vm-memory', stage: 'customization', role: 'first', do: askMemory },
  {
    id: 'console-type',
    stage: 'customization',
    role: 'first',
    do: askConsole,
  },
];

/** Shown by the look of the CPU: the host daemon, which knows better, is not up yet on a bare host. */
async function askCpuType(run: Run): Promise<void> {
  const key = 'OVEHOSTED_VDSM/cpu';
  const types = supportedCpuTypes(await run.world.facts.cpu());
  const [best] = types;
  if (best === undefined) return;
  const list = types.map(({ id, name }) => `    - ${id}: ${name}`);
  run.dialog.note(['The following CPU types are supported by this host:', ...list].join('\n'));
  // The choice is the first host's.
  if (run.found.role === 'additional' && run.answers.find(key) === undefined) return;
  // What QEMU emulates has a CPU of its own; nobody is bothered with a default then.
  const isEmulated = run.answers.get('OVEHOSTED_VDSM/allowEmulation');
  if (isEmulated && !run.dialog.interactive) return;
  const ids = types.map(({ id }) => id);
  await askIfMissing(run, key, {
    fallback: best.id,
    choices: ids,
    check: async (type) => {
      if (ids.includes(type) || isEmulated) return [];
      throw unsupportedCpu(type, ids);
    },
  });
}

async function askVCpus(run: Run): Promise<void> {
  const key = 'OVEHOSTED_VM/vmVCpus';
  await askIfMissing(run, key, {
    ...byMedium(key, run.found.medium?.vCpus),
    check: async () => checkVCpus(run.answers, run.world.facts.cpuCount()),
    proceed: 'OVEHOSTED_CORE/cpuProceed',
  });
}

async function askDisk(run: Run): Promise<void> {
  const key = 'OVEHOSTED_STORAGE/imgSizeGB';
  const bytes = run.found.medium?.diskBytes;
  const ordinary = run.answers.find(key) ?? 0;
  const needed = bytes === undefined ? 0 : gigabytes(bytes);
  await askIfMissing(run, key, {
    ...byMedium(key, needed > ordinary ? needed : undefined),
    check: async () => {
      const warnings = checkDisk(run.answers, bytes);
      const free = run.found.view?.freeBytes;
      const wanted = bytesNeeded(run.answers);
      if (free !== undefined && free < wanted) throw storageTooSmall(free, wanted);
      return warnings;
    },
    proceed: 'OVEHOSTED_CORE/diskProceed',
  });
}

async function askMemory(run: Run): Promise<void> {
  const key = 'OVEHOSTED_VM/vmMemSizeMB';
  const freeMiB = await run.world.facts.memoryFreeMiB();
  await askIfMissing(run, key, {
    ...byMedium(key, run.found.medium?.memoryMB),
    check: async () => checkMemory(run.answers, freeMiB),
    proceed: 'OVEHOSTED_CORE/memoryProceed',
  });
}

async function askConsole(run: Run): Promise<void> {
  const key = 'OVEHOSTED_VDSM/consoleType';
  await askIfMissing(run, key, {
    check: async (type) => {
      if (type === 'vnc' || (await run.world.facts.hasSpice())) return [];
      throw invalidAnswer(key, 'QEMU on this host has no SPICE; vnc is left');
    },
  });
}

const MEDIUM_PROMPTS = {
  'OVEHOSTED_VM/vmVCpus':
    'Please specify the number of virtual CPUs for the VM [Defaults to appliance value: @DEFAULT@]:',
  'OVEHOSTED_STORAGE/imgSizeGB':
    'Please specify the disk size of the VM in GB [Defaults to appliance value: @DEFAULT@]:',
  'OVEHOSTED_VM/vmMemSizeMB':
    'Please specify the memory size of the VM in MB [Defaults to appliance value: @DEFAULT@]:',
} as const satisfies Partial<Record<AnswerName, string>>;

/** What the medium says is the default, and the prompt says so. */
function byMedium<K extends keyof typeof MEDIUM_PROMPTS>(
  key: K,
  fallback: AnswerValue<K> | undefined,
): AskOptions<K> {
  return fallback === undefined ? {} : { fallback, prompt: MEDIUM_PROMPTS[key] };
}
