// An additional host copies the answer file of the first one by SSH, as the specification shows it. What
// holds for the cluster is on the shared storage too, and that counts: a file that says otherwise is of
// another deployment, and refused.

import {
  type Answer,
  effectiveAnswers,
  FormatError,
  parseAnswerFile,
} from '@hosted-engine/formats';
import { HeError } from '@hosted-engine/ports';
import type { Primitive } from '../answers/answer-set.js';
import { type AnswerName, answerKey, isAnswerName } from '../answers/catalogue.js';
import { invalidAnswer, readValue } from '../answers/read-value.js';
import { PATHS } from '../paths.js';
import type { HostKey, RemoteFile } from '../ports.js';
import type { Run } from '../run/run.js';
import type { Step } from '../run/step.js';
import { askIfMissing } from './ask.js';
import { isOwnAnswer, isSameAnswer } from './cluster-answers.js';
import { answerText } from './load-answers.js';

const FETCH = 'OVEHOSTED_FIRST_HOST/fetchAnswer';
const HOST = 'OVEHOSTED_FIRST_HOST/fqdn';
const PASSWORD = 'OVEHOSTED_FIRST_HOST/rootPassword';
/** A person may mistype a name or a password; more often it is something else. */
const ATTEMPTS_MAX = 3;

export const FETCH_ANSWERS: Step = {
  id: 'fetch-answers',
  stage: 'customization',
  role: 'additional',
  do: fetchAnswers,
};

async function fetchAnswers(run: Run): Promise<void> {
  if (!(await isWanted(run))) return;
  const key = await reachFirstHost(run);
  await settleTrust(run, key);
  const text = await readAnswers(run, key);
  run.dialog.info('Answer file successfully downloaded');
  compare(run, text);
}

/** Spec: without a configuration file a person is asked, and No ends the run. */
async function isWanted(run: Run): Promise<boolean> {
  const { answers, dialog, options } = run;
  if (answers.source(FETCH) !== undefined) return answers.get(FETCH);
  if (answers.source(HOST) !== undefined) return true;
  if (!dialog.interactive || options.configFiles.length > 0) return false;
  dialog.warning(
    'A configuration file must be supplied to deploy Hosted Engine on an additional host.',
  );
  if (await askIfMissing(run, FETCH, { fallback: true })) return true;
  throw new HeError('HE_ABORTED', 'the answer file is not to be fetched from the first host', {
    remedy: `the shared storage has the configuration too: to use it alone, give --answer=${FETCH}=False`,
  });
}

async function reachFirstHost(run: Run): Promise<HostKey> {
  const { answers, world } = run;
  let attempts = 0;
  let key: HostKey | undefined;
  await askIfMissing(run, HOST, {
    retryOn: ['HE_FIRST_HOST_UNREACHABLE'],
    check: async (host) => {
      attempts += 1;
      try {
        key = await world.remotes.hostKey(host, answers.get('OVEHOSTED_FIRST_HOST/sshdPort'));
      } catch (thrown) {
        throw attempts < ATTEMPTS_MAX ? thrown : givenUp(thrown);
      }
      return [];
    },
  });
  if (key === undefined) throw new Error('the first host was not asked for its key');
  return key;
}

/** The same trouble, and no further question. */
function givenUp(thrown: unknown): unknown {
  if (!(thrown instanceof HeError)) return thrown;
  return new HeError('HE_FAILED', `${thrown.message} (tried ${ATTEMPTS_MAX} times)`, {
    remedy: 'give the answers with --config-append',
    cause: thrown,
  });
}

async function settleTrust(run: Run, key: HostKey): Promise<void> {
  const { answers, dialog } = run;
  const host = answers.get(HOST);
  const expected = answers.find('OVEHOSTED_FIRST_HOST/hostKeyFingerprint');
  if (expected !== undefined) {
    if (key.fingerprint === expected) return;
    throw refusedKey(host, `it is ${key.fingerprint}, and not ${expected}`);
  }
  if (key.trust === 'known') return;
  if (key.trust === 'changed') {
    throw refusedKey(
      host,
      `it is not the one that root's known_hosts has; it is ${key.fingerprint}`,
    );
  }
  dialog.note(`The ${key.type} key of host ${host} is ${key.fingerprint}`);
  if (await askIfMissing(run, 'OVEHOSTED_FIRST_HOST/trustHostKey')) return;
  throw refusedKey(host, `nobody trusts ${key.fingerprint}`);
}

function refusedKey(host: string, why: string): HeError {
  return new HeError('HE_FIRST_HOST_REFUSED', `the SSH key of host ${host} is refused: ${why}`, {
    remedy: `compare it with \`ssh-keygen -l -f /etc/ssh/ssh_host_ed25519_key.pub\` on that host, and give it as OVEHOSTED_FIRST_HOST/hostKeyFingerprint`,
  });
}

/** By root's own keys where they are accepted; nobody is asked for a password then. */
async function readAnswers(run: Run, key: HostKey): Promise<string> {
  const { answers } = run;
  const host = answers.get(HOST);
  if (answers.source(PASSWORD) === undefined) {
    const file = await readFile(run, key, undefined);
    if (file.kind !== 'denied') return textOf(host, file);
    if (!run.dialog.interactive) throw denied(host);
  }
  let attempts = 0;
  let text = '';
  await askIfMissing(run, PASSWORD, {
    prompt: (answerKey(PASSWORD).prompt ?? '').replace('@HOST@', host),
    check: async (password) => {
      attempts += 1;
      const file = await readFile(run, key, password);
      if (file.kind !== 'denied') {
        text = textOf(host, file);
        return [];
      }
      if (attempts >= ATTEMPTS_MAX) throw denied(host);
      throw invalidAnswer(PASSWORD, `host ${host} does not accept this password`);
    },
  });
  return text;
}

function readFile(run: Run, key: HostKey, password: string | undefined): Promise<RemoteFile> {
  const port = run.answers.get('OVEHOSTED_FIRST_HOST/sshdPort');
  const host = run.answers.get(HOST);
  return run.world.remotes.readFile({ host, port, key, password }, PATHS.answers);
}

function textOf(host: string, file: Exclude<RemoteFile, { kind: 'denied' }>): string {
  if (file.kind === 'text') return file.text;
  throw new HeError(
    'HE_FIRST_HOST_REFUSED',
    `cannot read ${PATHS.answers} of host ${host}: ${file.why}`,
    {
      remedy: 'name a host on which the deployment is done',
    },
  );
}

function denied(host: string): HeError {
  return new HeError('HE_FIRST_HOST_REFUSED', `host ${host} does not let root in`, {
    remedy: `see whether its SSH daemon accepts the password of root (PermitRootLogin), or put a key of this host's root into its authorized_keys`,
  });
}

/** Takes what the storage does not say, and refuses what it says otherwise. */
function compare(run: Run, text: string): void {
  const host = run.answers.get(HOST);
  const place = `${PATHS.answers} of host ${host}`;
  for (const [name, value] of parse(text, place)) {
    if (isOwnAnswer(run, name)) continue;
    const known = run.answers.find(name);
    const isOwn = run.answers.source(name) === undefined || known === undefined;
    if (isOwn) run.answers.setParsed(name, value, 'cluster');
    else if (!isSameAnswer(name, known, value)) {
      throw invalidAnswer(
        name,
        `'${known}' here, but '${value}' in ${place}: it is of another deployment`,
      );
    }
  }
}

function parse(text: string, place: string): (readonly [AnswerName, Primitive])[] {
  let answers: Answer[];
  try {
    answers = [...effectiveAnswers([parseAnswerFile(text, place)]).values()];
  } catch (thrown) {
    if (!(thrown instanceof FormatError)) throw thrown;
    throw new HeError('HE_ANSWER_INVALID', thrown.message, { cause: thrown });
  }
  return answers.flatMap((answer) => {
    // Keys of other set-up programs may be among them, and are theirs.
    if (!isAnswerName(answer.key) || answer.value === null) return [];
    if (answerKey(answer.key).scope !== 'cluster') return [];
    return [[answer.key, readValue(answer.key, answerText(answer), place)] as const];
  });
}
