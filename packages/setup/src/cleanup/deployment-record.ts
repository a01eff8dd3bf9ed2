// What a clean-up has to undo: the journal of the deployment, or, where there is none any more, what the
// configuration of a deployed host tells.

import {
  effectiveAnswers,
  FormatError,
  type HostedEngineConf,
  parseAnswerFile,
  parseHostedEngineConf,
} from '@hosted-engine/formats';
import { HeError } from '@hosted-engine/ports';
import type { Primitive } from '../answers/answer-set.js';
import { answerKey, isAnswerName } from '../answers/catalogue.js';
import { readValue } from '../answers/read-value.js';
import { PATHS, UNITS } from '../paths.js';
import type { HostFiles } from '../ports.js';
import { type JournalRecord, readJournal } from '../run/journal.js';
import { answerText } from '../steps/load-answers.js';

/** Files of a deployment that belong to nobody else. */
const OWN_FILES = [
  PATHS.hostedEngineConf,
  PATHS.answers,
  PATHS.vmConf,
  PATHS.brokerConf,
  PATHS.caCert,
  PATHS.hostCert,
  PATHS.hostKey,
] as const;

/** Steps whose undo is right on any deployed host. */
const SURE_STEPS = [
  'answer-file',
  'certificates',
  'vdsmd',
  'storage-server',
  'domain-monitor',
  'vm-conf',
  'hosted-engine-conf',
  'ha-services',
] as const;

/** Undefined: this host has no deployment, whole or broken off. HE_CONFIG_INVALID for one that cannot be read. */
export async function deploymentRecord(
  files: Pick<HostFiles, 'read'>,
): Promise<JournalRecord | undefined> {
  return (await readJournal(files)) ?? (await recordOfConfiguration(files));
}

async function recordOfConfiguration(
  files: Pick<HostFiles, 'read'>,
): Promise<JournalRecord | undefined> {
  const text = await textOf(files, PATHS.hostedEngineConf);
  if (text === undefined || text === '') return undefined;
  const conf = parse(() => parseHostedEngineConf(text, PATHS.hostedEngineConf));
  const answers = await givenAnswersOf(files);
  const off = { active: false, enabled: false };
  return {
    format: 1,
    phase: 'deployed',
    startedAt: 'a time unknown',
    version: 'unknown',
    log: 'unknown',
    role: conf.hostId === 1 ? 'first' : 'additional',
    answers: { ...answers, ...answersOf(conf) },
    found: { storageConnected: true, monitoring: true },
    units: { [UNITS.hostd]: off, [UNITS.ha]: off },
    files: OWN_FILES.map((path) => ({ path, copy: undefined, mode: undefined, written: '' })),
    steps: SURE_STEPS.map((id) => ({ id, state: 'done' })),
  };
}

async function givenAnswersOf(
  files: Pick<HostFiles, 'read'>,
): Promise<Readonly<Record<string, Primitive>>> {
  const text = await textOf(files, PATHS.answers);
  if (text === undefined) return {};
  const answers = parse(() => effectiveAnswers([parseAnswerFile(text, PATHS.answers)]));
  return Object.fromEntries(
    [...answers.values()].flatMap((answer) => {
      const { key, value } = answer;
      if (!isAnswerName(key) || value === null || answerKey(key).isSecret === true) return [];
      return [[key, readValue(key, answerText(answer), PATHS.answers)] as const];
    }),
  );
}

/** What the undo of a step asks for. */
function answersOf(conf: HostedEngineConf): Readonly<Record<string, Primitive>> {
  const optional = {
    'OVEHOSTED_STORAGE/vfsType': conf.vfsType,
    'OVEHOSTED_STORAGE/mntOptions': conf.mntOptions,
  };
  return {
    'OVEHOSTED_STORAGE/domainType': conf.domainType,
    'OVEHOSTED_STORAGE/storageDomainConnection': conf.storage,
    'OVEHOSTED_STORAGE/connectionUUID': conf.connectionUuid,
    'OVEHOSTED_STORAGE/sdUUID': conf.sdUuid,
    'OVEHOSTED_STORAGE/hostID': conf.hostId,
    'OVEHOSTED_STORAGE/metadataImageUUID': conf.metadata.imageId,
    'OVEHOSTED_STORAGE/metadataVolumeUUID': conf.metadata.volumeId,
    'OVEHOSTED_VM/vmUUID': conf.vmId,
    'OVEHOSTED_NETWORK/fqdn': conf.fqdn,
    'OVEHOSTED_NETWORK/bridgeName': conf.bridge,
    ...Object.fromEntries(
      Object.entries(optional).flatMap(([key, value]) =>
        value === undefined ? [] : [[key, value] as const],
      ),
    ),
  };
}

function parse<T>(action: () => T): T {
  try {
    return action();
  } catch (thrown) {
    if (!(thrown instanceof FormatError)) throw thrown;
    throw new HeError('HE_CONFIG_INVALID', thrown.message, {
      remedy: 'put the file right, or remove it if this host is to be cleaned up by hand',
      cause: thrown,
    });
  }
}

async function textOf(files: Pick<HostFiles, 'read'>, path: string): Promise<string | undefined> {
  const bytes = await files.read(path);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}
