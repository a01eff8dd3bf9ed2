import { deploy } from '../../src/deploy.js';
import type { Outcome } from '../../src/run/runner.js';
import { FakeDialog, type FakeHost } from './world.js';

export const ANSWER_FILE = '/root/answers.conf';

/** What a first host has to be told, and nothing more. */
export const FIRST_ANSWERS: Readonly<Record<string, string>> = {
  'OVEHOSTED_CORE/confirmSettings': 'bool:True',
  'OVEHOSTED_ENGINE/adminPassword': 'str:secret1',
  'OVEHOSTED_NETWORK/fqdn': 'str:engine.lab.test',
  'OVEHOSTED_NETWORK/gateway': 'str:10.88.1.1',
  'OVEHOSTED_STORAGE/storageDomainConnection': 'str:nas.lab.test:/exports/he',
  'OVEHOSTED_VM/vmDiskImage': 'str:/images/engine.raw',
};

export const ADDITIONAL_ANSWERS: Readonly<Record<string, string>> = {
  'OVEHOSTED_CORE/confirmSettings': 'bool:True',
  'OVEHOSTED_ENGINE/adminPassword': 'str:secret1',
  'OVEHOSTED_STORAGE/storageDomainConnection': 'str:nas.lab.test:/exports/he',
};

/** Writes the answers to the host's answer file; an undefined value leaves a key out. */
export function putAnswers(
  host: FakeHost,
  ...parts: readonly Readonly<Record<string, string | undefined>>[]
): void {
  const merged: Record<string, string | undefined> = Object.assign({}, ...parts);
  const lines = Object.entries(merged)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${value}`);
  host.files.put(ANSWER_FILE, `[environment:default]\n${lines.join('\n')}\n`, 0o600);
}

export interface Told {
  readonly outcome: Outcome;
  readonly lines: readonly string[];
  readonly asked: readonly string[];
}

export async function runDeploy(
  host: FakeHost,
  options: { readonly dialogAnswers?: readonly string[]; readonly signal?: AbortSignal } = {},
): Promise<Told> {
  const dialog = new FakeDialog(options.dialogAnswers);
  const outcome = await deploy(
    host.world(),
    dialog,
    { configFiles: [ANSWER_FILE], version: '0.1.0', isUnprotectedSession: false },
    options.signal ?? new AbortController().signal,
  );
  return { outcome, lines: dialog.lines, asked: dialog.asked };
}

/** Deploys a first host for others to join. Throws when that fails. */
export async function deployFirst(host: FakeHost): Promise<void> {
  putAnswers(host, FIRST_ANSWERS);
  const { outcome, lines } = await runDeploy(host);
  if (outcome.kind === 'failed') throw new Error(lines.join('\n'), { cause: outcome.error });
  // The engine took its CA from the seed disk.
  const seed = host.seeds[0]?.['user-data'] ?? '';
  host.engine.ca = {
    certificatePem: block(seed, 'CERTIFICATE'),
    keyPem: block(seed, 'PRIVATE KEY'),
  };
}

function block(text: string, kind: string): string {
  const found = new RegExp(`-----BEGIN ${kind}-----[^-]+-----END ${kind}-----`).exec(text)?.[0];
  return `${(found ?? '').replaceAll(/\n\s+/g, '\n')}\n`;
}
