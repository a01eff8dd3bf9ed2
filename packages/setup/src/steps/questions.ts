import type { AnswerName } from '../answers/catalogue.js';
import { invalidAnswer } from '../answers/read-value.js';
import { checkHostAddress } from '../checks/engine-name.js';
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

/** A heading is a step of its own, so that steps of several files can stand under it. */
export function titleStep(id: string, text: string, role?: Step['role']): Step {
  return {
    id,
    stage: 'customization',
    ...(role === undefined ? {} : { role }),
    do: async (run) => run.dialog.title(text),
  };
}

export const SYSTEM_QUESTIONS: readonly Step[] = [
  { id: 'uuids', stage: 'customization', role: 'first', do: makeUuids },
  titleStep('system-title', 'SYSTEM CONFIGURATION'),
];

export const NETWORK_TITLE = titleStep('network-title', 'NETWORK CONFIGURATION');

/** After whatever brings the bridge about, or plans to. */
export const NETWORK_QUESTIONS: readonly Step[] = [
  { id: 'gateway', stage: 'customization', do: askGateway },
  { id: 'host-name', stage: 'customization', do: checkOwnName },
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

async function askGateway(run: Run): Promise<void> {
  const key = 'OVEHOSTED_NETWORK/gateway';
  await askIfMissing(run, key, {
    check: async (gateway) => {
      if (await run.world.network.ping(gateway)) return [];
      throw invalidAnswer(key, `${gateway} does not answer a ping`);
    },
  });
}

async function checkOwnName({ answers, dialog, world }: Run): Promise<void> {
  answers.setDefault('OVEHOSTED_NETWORK/host_name', world.facts.hostname());
  const warnings = await checkHostAddress(answers, world.network);
  for (const warning of warnings) dialog.warning(warning);
}
