import {
  CONFIG_VOLUME_SIZE,
  type ConfigVolumeFiles,
  decodeConfigVolume,
  effectiveAnswers,
  FormatError,
  parseAnswerFile,
} from '@hosted-engine/formats';
import { HeError } from '@hosted-engine/ports';
import type { Primitive } from '../answers/answer-set.js';
import { type AnswerName, answerKey, isAnswerName } from '../answers/catalogue.js';
import { invalidAnswer, readValue } from '../answers/read-value.js';
import type { FoundDomain } from '../ports.js';
import { finding, type Run } from '../run/run.js';
import { readVolume, unfinished } from '../shared-domain.js';
import { normalConnection } from '../storage-target.js';
import { answerText } from './load-answers.js';

const FIRST_HOST_ANSWERS = 'fhanswers.conf';

/**
 * Takes over what the first host settled for the whole cluster. An answer given here that says
 * otherwise is refused: two hosts with different ideas of the engine VM are worse than none.
 */
export async function adoptClusterAnswers(run: Run): Promise<void> {
  const domain = finding(run, 'domain');
  const files = await readConfiguration(run, domain);
  const shared = parseShared(files[FIRST_HOST_ANSWERS], domain);
  for (const [name, value] of shared) {
    if (answerKey(name).scope !== 'cluster' || isOwnAnswer(run, name)) continue;
    refuseConflict(run, name, value);
    run.answers.setParsed(name, value, 'cluster');
  }
  if (run.answers.find('OVEHOSTED_STORAGE/sdUUID') !== domain.sdUUID) {
    throw unfinished(domain, 'its configuration is of another domain');
  }
  if (run.answers.find('OVEHOSTED_ENGINE/caFingerprint') === undefined) {
    throw new HeError('HE_ANSWER_MISSING', 'the cluster does not say whose certificates to trust', {
      remedy: "give the SHA-256 fingerprint of the engine's CA as OVEHOSTED_ENGINE/caFingerprint",
    });
  }
}

/** HE_STORAGE_INVALID while the volume holds no complete configuration: the first host is not done. */
async function readConfiguration(run: Run, domain: FoundDomain): Promise<ConfigVolumeFiles> {
  const bytes = await readVolume(finding(run, 'view'), domain, 'configuration', CONFIG_VOLUME_SIZE);
  try {
    return decodeConfigVolume(bytes);
  } catch (thrown) {
    if (!(thrown instanceof FormatError)) throw thrown;
    run.world.log.warn('the shared configuration cannot be read', { why: thrown.message });
    throw unfinished(domain, 'its shared configuration is not complete');
  }
}

function parseShared(text: string, domain: FoundDomain): (readonly [AnswerName, Primitive])[] {
  const place = `${FIRST_HOST_ANSWERS} on the storage`;
  try {
    const answers = effectiveAnswers([parseAnswerFile(text, place)]);
    // Keys of other set-up programs may be among them, and are theirs.
    return [...answers.values()].flatMap((answer) =>
      isAnswerName(answer.key) && answer.value !== null
        ? [[answer.key, readValue(answer.key, answerText(answer), place)] as const]
        : [],
    );
  } catch (thrown) {
    if (!(thrown instanceof FormatError)) throw thrown;
    throw unfinished(domain, thrown.message);
  }
}

/** Given for this host, which may be unlike the others in it. */
export function isOwnAnswer(run: Run, name: AnswerName): boolean {
  return answerKey(name).mayDiffer === true && run.answers.isGiven(name);
}

function refuseConflict(run: Run, name: AnswerName, shared: Primitive): void {
  if (!run.answers.isGiven(name)) return;
  const given = run.answers.find(name);
  if (given === undefined || isSameAnswer(name, given, shared)) return;
  throw invalidAnswer(name, `'${given}' here, but the cluster has '${shared}'`);
}

export function isSameAnswer(name: AnswerName, given: Primitive, shared: Primitive): boolean {
  if (name === 'OVEHOSTED_STORAGE/storageDomainConnection') {
    return normalConnection(String(given)) === normalConnection(String(shared));
  }
  return String(given).toLowerCase() === String(shared).toLowerCase();
}
