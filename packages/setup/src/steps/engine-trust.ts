// Whose certificates the host and its engine go by. An engine of ours took over the CA that set-up made; one
// that was installed by hand has made its own, and this host gets a certificate of that one.

import { fingerprint, isSameFingerprint } from '@hosted-engine/pki';
import { HeError } from '@hosted-engine/ports';
import { answerKey } from '../answers/catalogue.js';
import { readValue } from '../answers/read-value.js';
import { PATHS } from '../paths.js';
import { restoreFile } from '../run/restore-file.js';
import { finding, type Run, remember } from '../run/run.js';
import type { Step } from '../run/step.js';
import { fingerprintOf, installCredentials, requestCertificate } from './certificates.js';
import { restartHostd } from './host-services.js';
import { configureMigration } from './migration.js';
import { isHandedOver, isInstalledByHand } from './resume-point.js';

const ATTEMPTS_MAX = 5;
const NOT_FOUND = 404;
const UNAUTHORIZED = 401;
const PRIVATE = { mode: 0o600 } as const;

export const ENGINE_TRUST_STEPS: readonly Step[] = [
  {
    id: 'engine-trust',
    stage: 'closeup',
    role: 'first',
    do: trustEngine,
    resume: resumeEngine,
  },
  {
    id: 'engine-key',
    stage: 'closeup',
    do: admitEngine,
    resume: resumeEngine,
    undo: dismissEngine,
  },
];

/** Between the hand-over and the start of HA nobody runs the engine: there is nobody to ask. */
export async function resumeEngine(run: Run): Promise<'keep' | 'again'> {
  if (!isHandedOver(run)) return 'again';
  connectEngine(run);
  return 'keep';
}

function connectEngine(run: Run): void {
  const fqdn = run.answers.get('OVEHOSTED_NETWORK/fqdn');
  const password = run.answers.get('OVEHOSTED_ENGINE/adminPassword');
  const ca = finding(run, 'ca').certificate;
  run.found.engine = run.world.engine.connect(fqdn, { ca, password });
}

async function trustEngine(run: Run): Promise<void> {
  const fqdn = run.answers.get('OVEHOSTED_NETWORK/fqdn');
  const certificate = await finding(run, 'engine').caCertificate();
  const print = fingerprintOf(certificate, fqdn);
  if (isSameFingerprint(print, fingerprint(finding(run, 'ca').certificate))) return;
  if (!isInstalledByHand(run)) {
    throw new HeError(
      'HE_ENGINE_REFUSED',
      `the CA certificate that ${fqdn} hands out is not the one that its VM was given`,
      { remedy: 'check that the name leads to the engine VM and to nothing else' },
    );
  }
  run.dialog.info(`The engine has a CA of its own, with SHA-256 fingerprint ${print}`);
  run.answers.set('OVEHOSTED_ENGINE/caFingerprint', print, 'default');
  await withPassword(run, () => enroll(run, certificate));
}

/** An engine that does not sign certificates on request brings its own when it installs the host. */
async function enroll(run: Run, certificate: string): Promise<void> {
  try {
    await installCredentials(run, await requestCertificate(run));
  } catch (thrown) {
    if (statusOf(thrown) !== NOT_FOUND) throw thrown;
    run.world.log.warn('the engine signs no certificates on request');
    run.found.ca = { certificate, key: undefined };
    return;
  }
  await configureMigration(run);
  await restartHostd(run);
}

/** The password in the engine is what its installer typed there, which may not be what was typed here. */
async function withPassword(run: Run, action: () => Promise<void>): Promise<void> {
  const name = 'OVEHOSTED_ENGINE/adminPassword';
  for (let attempt = 1; ; attempt += 1) {
    try {
      await action();
      return;
    } catch (thrown) {
      const isWrong = statusOf(thrown) === UNAUTHORIZED;
      if (!isWrong || !run.dialog.interactive || attempt >= ATTEMPTS_MAX) throw thrown;
      run.dialog.error(`The engine does not take this password of 'admin@internal'`);
      const prompt = answerKey(name).prompt ?? '';
      const text = await run.dialog.ask({ key: name, prompt, isSecret: true });
      run.world.log.hide(text);
      if (text !== '') run.answers.setParsed(name, readValue(name, text, ''), 'person');
    }
  }
}

/** From here on the engine is spoken to as admin; it may log in to this host by the key that it gives. */
async function admitEngine(run: Run): Promise<void> {
  const { world } = run;
  connectEngine(run);
  const line = await finding(run, 'engine').sshKey();
  if (line === undefined) return;
  const before = new TextDecoder().decode(
    (await world.files.read(PATHS.authorizedKeys)) ?? new Uint8Array(),
  );
  const key = line.split(' ').slice(0, 2).join(' ');
  if (before.includes(key)) return;
  await remember(run, { engineKey: key });
  const start = before === '' || before.endsWith('\n') ? before : `${before}\n`;
  await run.backups.write(PATHS.authorizedKeys, `${start}${line}\n`, PRIVATE);
}

/** Keys that somebody added meanwhile stay, or an admin may find the door locked; the engine's own goes. */
async function dismissEngine(run: Run): Promise<void> {
  const path = PATHS.authorizedKeys;
  const { files } = run.world;
  const key = run.found.engineKey;
  if (key === undefined || !(await run.backups.isChangedSince(path))) {
    await restoreFile(run, path, PRIVATE);
    return;
  }
  const text = new TextDecoder().decode(await files.read(path));
  const others = text.split('\n').filter((line) => !line.includes(key));
  const mode = (await files.modeOf(path)) ?? PRIVATE.mode;
  await files.write(path, new TextEncoder().encode(others.join('\n')), { mode });
  await run.backups.leave(path);
}

function statusOf(thrown: unknown): unknown {
  return thrown instanceof HeError && thrown.code === 'HE_ENGINE_REFUSED'
    ? thrown.details['status']
    : undefined;
}
