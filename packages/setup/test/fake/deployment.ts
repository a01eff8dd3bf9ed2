import { DEPLOY_STEPS, deploy } from '../../src/deploy.js';
import type { DeployOptions } from '../../src/run/run.js';
import type { Outcome } from '../../src/run/runner.js';
import type { Step } from '../../src/run/step.js';
import { FakeDialog, type FakeHost, type Typed } from './world.js';

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

/** Everything that is asked at a terminal although it has a default. */
export const SETTLED: Readonly<Record<string, string>> = {
  'OVEHOSTED_CORE/deployProceed': 'bool:True',
  'OVEHOSTED_STORAGE/storageDomainName': 'str:hosted_storage',
  'OVEHOSTED_STORAGE/storageDatacenterName': 'str:hosted_datacenter',
  'OVEHOSTED_NETWORK/firewallManager': 'str:nftables',
  'OVEHOSTED_VDSM/cpu': 'str:model_Conroe',
  'OVEHOSTED_VM/vmVCpus': 'int:2',
  'OVEHOSTED_STORAGE/imgSizeGB': 'int:25',
  'OVEHOSTED_VM/vmMemSizeMB': 'int:4096',
  'OVEHOSTED_VDSM/consoleType': 'str:vnc',
  'OVEHOSTED_ENGINE/appHostName': 'str:hosted_engine_1',
  'OVEHOSTED_NOTIF/smtpServer': 'str:localhost',
  'OVEHOSTED_NOTIF/smtpPort': 'int:25',
  'OVEHOSTED_NOTIF/sourceEmail': 'str:root@localhost',
  'OVEHOSTED_NOTIF/destEmail': 'str:root@localhost',
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
  options: {
    /** What a person types; undefined: nobody is there. */
    readonly typed?: Typed;
    readonly onAsk?: FakeDialog['onAsk'];
    readonly signal?: AbortSignal;
    readonly deploy?: Partial<DeployOptions>;
    readonly steps?: readonly Step[];
  } = {},
): Promise<Told> {
  const dialog = new FakeDialog(options.typed);
  dialog.onAsk = options.onAsk ?? dialog.onAsk;
  dialog.onNote = (text) => {
    if (dialog.interactive && /system will wait until/.test(text)) host.hostd.shutDownGuests();
  };
  const outcome = await deploy(
    host.world(),
    dialog,
    {
      configFiles:
        host.files.entries.has(ANSWER_FILE) || options.typed === undefined ? [ANSWER_FILE] : [],
      version: '0.1.0',
      isUnprotectedSession: false,
      ...options.deploy,
    },
    options.signal ?? new AbortController().signal,
    options.steps,
  );
  return { outcome, lines: dialog.lines, asked: dialog.asked };
}

/** Deploys a first host for others to join. Throws when that fails. */
export async function deployFirst(
  host: FakeHost,
  answers: Readonly<Record<string, string>> = {},
): Promise<void> {
  putAnswers(host, FIRST_ANSWERS, answers);
  const { outcome, lines } = await runDeploy(host);
  if (outcome.kind === 'failed') throw new Error(lines.join('\n'), { cause: outcome.error });
}

/** The steps of the deployment, with something that happens once one of them has done its work. */
export function after(target: Step, event: () => void | Promise<void>): readonly Step[] {
  return DEPLOY_STEPS.map((step): Step => {
    if (step !== target) return step;
    return {
      ...step,
      do: async (run) => {
        await step.do(run);
        await event();
      },
    };
  });
}
