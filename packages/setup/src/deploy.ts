import { ERROR_CATALOGUE } from '@hosted-engine/ports';
import type { Dialog } from './dialog.js';
import type { DeployWorld } from './ports.js';
import { archiveAnswers } from './run/archive.js';
import { createRun, type DeployOptions } from './run/run.js';
import { type Outcome, runSteps } from './run/runner.js';
import type { Step } from './run/step.js';
import { sayWhatNext } from './run/what-next.js';
import { BRIDGE_QUESTION, BRIDGE_STEP } from './steps/bridge.js';
import { CERTIFICATE_STEPS } from './steps/certificates.js';
import { CONFIGURATION_STEPS, SHARED_CONFIGURATION } from './steps/configuration.js';
import { earlierRunStep } from './steps/earlier-run.js';
import { ENGINE_HOST_STEPS, HA_STEPS } from './steps/engine-host.js';
import { ENGINE_QUESTIONS } from './steps/engine-questions.js';
import { ENGINE_TRUST_STEPS } from './steps/engine-trust.js';
import { ENGINE_UP_STEPS } from './steps/engine-up.js';
import { ENGINE_VM_STEPS, SHUT_DOWN_VM } from './steps/engine-vm.js';
import { FETCH_ANSWERS } from './steps/fetch-answers.js';
import { FIREWALL_NOTE, FIREWALL_QUESTION, FIREWALL_STEP } from './steps/firewall.js';
import { HOSTD_STEPS, LIBVIRT_STEP } from './steps/host-services.js';
import { reasonToKeep } from './steps/keep-work.js';
import { MIGRATION_STEP } from './steps/migration.js';
import { FIRST_STEPS, PREPARE_STEPS, releaseRun } from './steps/prepare.js';
import { NETWORK_QUESTIONS, NETWORK_TITLE, SYSTEM_QUESTIONS } from './steps/questions.js';
import { JOIN_STORAGE, MONITORING, POOL_RELEASE, STORAGE_CREATION } from './steps/storage.js';
import { STORAGE_QUESTIONS } from './steps/storage-questions.js';
import { VALIDATION_STEPS } from './steps/validate.js';
import { CONSOLE_TYPE, VM_MEDIA } from './steps/vm-media.js';
import { VM_QUESTIONS, VM_TITLE } from './steps/vm-questions.js';
import { VOLUME_STEPS } from './steps/volumes.js';

/** The whole deployment, first and additional host, in the order of the specification's transcripts. */
export const DEPLOY_STEPS: readonly Step[] = [
  ...FIRST_STEPS,
  earlierRunStep(() => DEPLOY_STEPS),
  ...PREPARE_STEPS,
  ...STORAGE_QUESTIONS,
  ...SYSTEM_QUESTIONS,
  FETCH_ANSWERS,
  NETWORK_TITLE,
  BRIDGE_QUESTION,
  FIREWALL_QUESTION,
  ...NETWORK_QUESTIONS,
  VM_TITLE,
  ...VM_MEDIA,
  ...VM_QUESTIONS,
  CONSOLE_TYPE,
  ...ENGINE_QUESTIONS,
  ...VALIDATION_STEPS,
  LIBVIRT_STEP,
  ...CERTIFICATE_STEPS,
  MIGRATION_STEP,
  ...HOSTD_STEPS,
  BRIDGE_STEP,
  FIREWALL_STEP,
  ...STORAGE_CREATION,
  ...VOLUME_STEPS,
  POOL_RELEASE,
  JOIN_STORAGE,
  ...MONITORING,
  ...CONFIGURATION_STEPS,
  ...ENGINE_VM_STEPS,
  ...ENGINE_UP_STEPS,
  ...ENGINE_TRUST_STEPS,
  ...ENGINE_HOST_STEPS,
  SHUT_DOWN_VM,
  ...SHARED_CONFIGURATION,
  ...HA_STEPS,
  FIREWALL_NOTE,
  {
    id: 'success',
    stage: 'closeup',
    do: async (run) => run.dialog.note('Hosted Engine successfully set up'),
  },
];

/**
 * Deploys this host. Everything is said through `dialog`; the result is how it ended. It does not reject:
 * whatever goes wrong is the outcome's error.
 */
export async function deploy(
  world: DeployWorld,
  dialog: Dialog,
  options: DeployOptions,
  signal: AbortSignal,
  steps: readonly Step[] = DEPLOY_STEPS,
): Promise<Outcome> {
  const run = createRun(world, dialog, options, signal);
  const outcome = await runSteps(run, steps, releaseRun, reasonToKeep);
  if (outcome.kind === 'done' && options.isCheckOnly === true) {
    dialog.note('The answers are right, and this host is fit for them. Nothing was changed.');
  }
  const archive = options.isCheckOnly === true ? undefined : await archiveAnswers(run);
  if (outcome.kind === 'failed') sayWhatNext(run, outcome.error, archive);
  return outcome;
}

export function exitCodeOf(outcome: Outcome): number {
  return outcome.kind === 'done' ? 0 : ERROR_CATALOGUE[outcome.error.code].exitCode;
}
