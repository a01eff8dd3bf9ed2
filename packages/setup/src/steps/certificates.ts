import { isIP } from 'node:net';
import {
  createCa,
  createCsr,
  fingerprint,
  inspectCertificate,
  isIssuedBy,
  isKeyOf,
  isSameFingerprint,
  issueHostCertificate,
  PkiError,
} from '@hosted-engine/pki';
import { HeError } from '@hosted-engine/ports';
import { PATHS, STORAGE_OWNER } from '../paths.js';
import { restoreFile } from '../run/restore-file.js';
import type { Run } from '../run/run.js';
import type { Step } from '../run/step.js';
import { mustKeepAuthority } from './resume-point.js';

const CERTIFICATE = { mode: 0o644 } as const;
/** Read by vdsm:kvm on a host with oVirt's own VDSM. */
const KEY = { mode: 0o440, ...STORAGE_OWNER } as const;
const FILES = [PATHS.caCert, PATHS.hostCert, PATHS.hostKey] as const;

export interface HostCredentials {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

export const CERTIFICATE_STEPS: readonly Step[] = [
  {
    id: 'certificates',
    stage: 'misc',
    supports: true,
    role: 'first',
    line: 'Generating VDSM certificates',
    do: async (run) => installCredentials(run, await makeAuthority(run)),
    undo: removeCertificates,
    resume: resumeAuthority,
  },
  {
    id: 'certificates',
    stage: 'misc',
    supports: true,
    role: 'additional',
    line: 'Generating VDSM certificates',
    do: async (run) => installCredentials(run, await requestCertificate(run)),
    undo: removeCertificates,
  },
];

/** Once an engine has taken the CA over, its key is there alone, and no other CA will do. */
async function resumeAuthority(run: Run): Promise<'keep' | 'again'> {
  if (!mustKeepAuthority(run)) return 'again';
  const bytes = await run.world.files.read(PATHS.caCert);
  if (bytes === undefined) throw new HeError('HE_FAILED', `${PATHS.caCert} has disappeared`);
  run.found.ca = { certificate: new TextDecoder().decode(bytes), key: undefined };
  return 'keep';
}

/** The CA's key leaves this run only on the seed disk of the engine, which is its home. */
async function makeAuthority(run: Run): Promise<HostCredentials> {
  const ca = await createCa();
  run.world.log.hide(ca.keyPem);
  run.found.ca = { certificate: ca.certificatePem, key: ca.keyPem };
  run.answers.set('OVEHOSTED_ENGINE/caFingerprint', fingerprint(ca.certificatePem), 'default');
  const name = hostName(run);
  const names = isIP(name) === 0 ? { dns: [name] } : { ip: [name] };
  const host = await issueHostCertificate(ca, { commonName: name, ...names });
  return { ca: ca.certificatePem, certificate: host.certificatePem, key: host.keyPem };
}

/** The key is made here and stays; whoever answers must be of the CA that the shared storage names. */
export async function requestCertificate(run: Run): Promise<HostCredentials> {
  const { answers, world } = run;
  const fqdn = answers.get('OVEHOSTED_NETWORK/fqdn');
  const ca = await clusterCa(run);
  run.found.ca = { certificate: ca, key: undefined };
  const { csrPem, keyPem } = await createCsr({ commonName: hostName(run) });
  world.log.hide(keyPem);
  const password = answers.get('OVEHOSTED_ENGINE/adminPassword');
  const certificate = await world.engine.connect(fqdn, { ca, password }).enroll(csrPem);
  fingerprintOf(certificate, fqdn);
  if (!isIssuedBy(certificate, ca) || !isKeyOf(certificate, keyPem)) {
    throw new HeError('HE_ENGINE_REFUSED', `${fqdn} answered with a certificate that is not ours`);
  }
  return { ca, certificate, key: keyPem };
}

/** The engine's CA certificate. HE_ENGINE_REFUSED when it is not the one that the cluster goes by. */
export async function clusterCa({ answers, world }: Run): Promise<string> {
  const fqdn = answers.get('OVEHOSTED_NETWORK/fqdn');
  const ca = await world.engine.connect(fqdn, undefined).caCertificate();
  const expected = answers.get('OVEHOSTED_ENGINE/caFingerprint');
  if (isSameFingerprint(fingerprintOf(ca, fqdn), expected)) return ca;
  throw new HeError(
    'HE_ENGINE_REFUSED',
    `the CA certificate that ${fqdn} hands out is not the cluster's`,
    { remedy: 'check that the name leads to the engine and that nobody stands in between' },
  );
}

/** Of what `fqdn` handed out. HE_ENGINE_REFUSED when that is no certificate. */
export function fingerprintOf(certificate: string, fqdn: string): string {
  try {
    return fingerprint(certificate);
  } catch (thrown) {
    if (!(thrown instanceof PkiError)) throw thrown;
    throw new HeError('HE_ENGINE_REFUSED', `${fqdn} answered with no certificate`, {
      cause: thrown,
    });
  }
}

function hostName(run: Run): string {
  return run.answers.get('OVEHOSTED_NETWORK/host_name');
}

export async function installCredentials(run: Run, credentials: HostCredentials): Promise<void> {
  await run.backups.write(PATHS.hostKey, credentials.key, KEY);
  await run.backups.write(PATHS.hostCert, credentials.certificate, CERTIFICATE);
  await run.backups.write(PATHS.caCert, credentials.ca, CERTIFICATE);
  const { commonName } = inspectCertificate(credentials.ca);
  run.world.log.info('certificates are in place', { ca: commonName ?? '' });
}

async function removeCertificates(run: Run): Promise<void> {
  for (const path of FILES) {
    await restoreFile(run, path, path === PATHS.hostKey ? KEY : CERTIFICATE);
  }
}
