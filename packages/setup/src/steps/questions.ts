import { HeError } from '@hosted-engine/ports';
import type { AnswerName } from '../answers/catalogue.js';
import { invalidAnswer } from '../answers/read-value.js';
import { checkEngineName, checkHostAddress, checkStaticAddress } from '../checks/engine-name.js';
import { checkImageFits, checkSizes } from '../checks/sizes.js';
import type { Run } from '../run/run.js';
import type { Step } from '../run/step.js';
import { askIfMissing } from './ask.js';

/** UUIDs that the first host makes up for everything it is going to create. */
const GENERATED_UUIDS = [
  'OVEHOSTED_STORAGE/connectionUUID',
  'OVEHOSTED_STORAGE/sdUUID',
  'OVEHOSTED_STORAGE/spUUID',
  'OVEHOSTED_STORAGE/imgUUID',
  'OVEHOSTED_STORAGE/volUUID',
  'OVEHOSTED_STORAGE/lockspaceImageUUID',
  'OVEHOSTED_STORAGE/lockspaceVolumeUUID',
  'OVEHOSTED_STORAGE/metadataImageUUID',
  'OVEHOSTED_STORAGE/metadataVolumeUUID',
  'OVEHOSTED_STORAGE/confImageUUID',
  'OVEHOSTED_STORAGE/confVolUUID',
  'OVEHOSTED_VM/vmUUID',
  'OVEHOSTED_VM/nicUUID',
  'OVEHOSTED_VM/cdromUUID',
  'OVEHOSTED_VM/consoleUUID',
] as const satisfies readonly AnswerName[];

export const QUESTIONS: readonly Step[] = [
  { id: 'uuids', stage: 'customization', role: 'first', do: makeUuids },
  {
    id: 'system-questions',
    stage: 'customization',
    do: async (run) => run.dialog.title('SYSTEM CONFIGURATION'),
  },
  { id: 'network-questions', stage: 'customization', do: askNetwork },
  { id: 'vm-questions', stage: 'customization', role: 'first', do: askVm },
  { id: 'engine-questions', stage: 'customization', do: askEngine },
];

async function makeUuids(run: Run): Promise<void> {
  for (const name of GENERATED_UUIDS) run.answers.setDefault(name, run.world.random.uuid());
  run.answers.setDefault('OVEHOSTED_VM/vmMACAddr', randomMac(run.world.random.bytes(3)));
}

/** 00:16:3e is set aside for VMs; the first of the free bytes stays below 0x80 by custom. */
function randomMac(bytes: Uint8Array): string {
  const [first = 0, ...rest] = bytes;
  const tail = [first & 0x7f, ...rest].map((byte) => byte.toString(16).padStart(2, '0'));
  return ['00', '16', '3e', ...tail].join(':');
}

async function askNetwork(run: Run): Promise<void> {
  const { answers, dialog, world } = run;
  dialog.title('NETWORK CONFIGURATION');
  const bridge = answers.get('OVEHOSTED_NETWORK/bridgeName');
  if (!(await world.facts.isBridge(bridge))) {
    throw new HeError('HE_HOST_UNSUITABLE', `this host has no bridge ${bridge}`, {
      remedy: `create bridge ${bridge} on the interface of the management network`,
    });
  }
  await askIfMissing(run, 'OVEHOSTED_NETWORK/gateway');
  const gateway = answers.get('OVEHOSTED_NETWORK/gateway');
  if (!(await world.network.ping(gateway))) {
    throw invalidAnswer('OVEHOSTED_NETWORK/gateway', `${gateway} does not answer a ping`);
  }
  answers.setDefault('OVEHOSTED_NETWORK/host_name', world.facts.hostname());
  warnAll(run, await checkHostAddress(answers, world.network));
}

async function askVm(run: Run): Promise<void> {
  const { answers, world } = run;
  run.dialog.title('VM CONFIGURATION');
  await askIfMissing(run, 'OVEHOSTED_VM/vmDiskImage');
  const image = await world.images.inspect(answers.get('OVEHOSTED_VM/vmDiskImage'));
  checkImageFits(answers, image.virtualSize);
  checkStaticAddress(answers);
  const capacity = {
    cpuCount: world.facts.cpuCount(),
    memoryFreeMiB: await world.facts.memoryFreeMiB(),
  };
  warnAll(run, checkSizes(answers, capacity));
}

async function askEngine(run: Run): Promise<void> {
  run.dialog.title('HOSTED ENGINE CONFIGURATION');
  await askIfMissing(run, 'OVEHOSTED_ENGINE/adminPassword');
  await askIfMissing(run, 'OVEHOSTED_NETWORK/fqdn');
  warnAll(run, await checkEngineName(run.answers, run.world.network));
}

function warnAll(run: Run, warnings: readonly string[]): void {
  for (const warning of warnings) run.dialog.warning(warning);
}
