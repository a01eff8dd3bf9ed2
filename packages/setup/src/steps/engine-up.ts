// The engine in its VM: installed by a person or by its own first boot, and up.

import { HeError } from '@hosted-engine/ports';
import { DISK_BOOT } from '../render/vm-conf.js';
import { finding, type Run } from '../run/run.js';
import type { Step } from '../run/step.js';
import { waitFor } from '../run/wait.js';
import { askChoice, askToGoOn } from './closeup-questions.js';
import { openConsole } from './console.js';
import { reasonToKeep } from './keep-work.js';
import { isInstalledByHand, keepOnceHandedOver } from './resume-point.js';
import { destroyVm, isVmDown, startFailed, startVm, whyDown } from './vm-control.js';
import { tellingOfEnds } from './vm-watch.js';

const HEALTH_EVERY_MS = 2000;
/** After the enter key: services that were just started take a moment. */
const AFTER_ENTER_S = 30;
/** A VM that reboots more often during an unattended installation reboots for ever. */
const RESTARTS_MAX = 5;

export const ENGINE_UP_STEPS: readonly Step[] = [
  {
    id: 'engine-health',
    stage: 'closeup',
    do: waitForEngine,
    resume: keepOnceHandedOver,
  },
];

async function waitForEngine(run: Run): Promise<void> {
  run.found.engine = run.world.engine.connect(run.answers.get('OVEHOSTED_NETWORK/fqdn'), undefined);
  const isFirst = run.found.role === 'first';
  const isByHand = isFirst && isInstalledByHand(run);
  if (isByHand && run.dialog.interactive) {
    await untilInstalled(run);
    return;
  }
  await untilHealthy(run, { whileWaiting: isFirst ? () => keepUp(run, isByHand) : undefined });
}

/** A person says when; a VM that has rebooted, and so has ended, is started again. */
async function untilInstalled(run: Run): Promise<void> {
  for (;;) {
    await tellingOfEnds(
      run,
      askToGoOn(
        run,
        'engineInstalled',
        'Please install the engine in the VM, hit enter when finished.',
      ),
    );
    if (await isVmDown(run)) {
      run.dialog.warning('The VM is down; it is started again');
      await restart(run);
      await openConsole(run);
      continue;
    }
    if (await isReplying(run)) return;
  }
}

/** False: the VM went down meanwhile. */
async function isReplying(run: Run): Promise<boolean> {
  const wait = { seconds: AFTER_ENTER_S };
  return untilHealthy(run, wait, () => isVmDown(run));
}

/**
 * Once the time is over, a person says whether to go on waiting: what took long to come so far is not thrown away
 * without a question. False: it has ended, as `hasEnded` says.
 */
async function untilHealthy(
  run: Run,
  wait: HealthWait,
  hasEnded = async (): Promise<boolean> => false,
): Promise<boolean> {
  for (let again: HealthWait = wait; ; again = { ...wait, seconds: AFTER_ENTER_S }) {
    try {
      run.dialog.info(`Engine replied: ${await waitForHealth(run, again)}`);
      return true;
    } catch (thrown) {
      if (!(thrown instanceof HeError) || thrown.code !== 'HE_ENGINE_UNREACHABLE') throw thrown;
      if (!run.dialog.interactive) throw thrown;
      if (await hasEnded()) return false;
      run.dialog.error(thrown.message);
      const choice = await askChoice(run, {
        key: 'engineCheckAgain',
        prompt:
          'Please check the engine in the VM. Do you want to check again or to abort? (Check, Abort)[Check]:',
        choices: ['Check', 'Abort'],
        fallback: 'Check',
      });
      if (choice === 'Abort') throw new HeError('HE_ABORTED', 'the engine did not come up');
    }
  }
}

/** An imported appliance that ends has failed; an installation may reboot the VM. */
async function keepUp(run: Run, mayRestart: boolean): Promise<void> {
  const why = await whyDown(run);
  if (why === undefined) return;
  const restarts = run.found.vmRestarts ?? 0;
  if (!mayRestart || restarts >= RESTARTS_MAX) throw startFailed(why);
  run.found.vmRestarts = restarts + 1;
  run.dialog.warning(`The VM is down (${why}); it is started again`);
  await restart(run);
}

async function restart(run: Run): Promise<void> {
  await destroyVm(run);
  run.dialog.info('Creating VM');
  await startVm(run, run.found.vmBoot ?? DISK_BOOT);
}

export interface HealthWait {
  /** @default OVEHOSTED_ENGINE/engineSetupTimeout */
  readonly seconds?: number;
  readonly whileWaiting?: (() => Promise<void>) | undefined;
}

/** The health page's text once it is good. HE_ENGINE_UNREACHABLE when it is not in time. */
export async function waitForHealth(run: Run, options: HealthWait = {}): Promise<string> {
  const fqdn = run.answers.get('OVEHOSTED_NETWORK/fqdn');
  const seconds = options.seconds ?? run.answers.get('OVEHOSTED_ENGINE/engineSetupTimeout');
  const wait = { everyMs: HEALTH_EVERY_MS, atMostMs: seconds * 1000 };
  const startS = run.world.clock.monotonicS();
  let why = 'it was not asked yet';
  const text = await waitFor(run, wait, async () => {
    const health = await finding(run, 'engine').health(run.signal);
    if (health.kind === 'up') return health.text;
    why = health.kind === 'down' ? health.text : health.why;
    const waitedS = Math.round(run.world.clock.monotonicS() - startS);
    run.dialog.progress('Seconds waited for the engine', waitedS, undefined);
    await options.whileWaiting?.();
    return undefined;
  });
  if (text !== undefined) return text;
  throw new HeError(
    'HE_ENGINE_UNREACHABLE',
    `the engine at ${fqdn} is not healthy after ${seconds} s: ${why}`,
    { remedy: `${whereToLook(run)}; OVEHOSTED_ENGINE/engineSetupTimeout=int:N gives it N seconds` },
  );
}

/** A VM that is about to be taken back shows nobody why its engine did not come up. */
function whereToLook(run: Run): string {
  if (run.found.role === 'additional') return 'see `hosted-engine --vm-status` on a deployed host';
  const isKept = run.journal.phase === 'deployed' || reasonToKeep(run) !== undefined;
  return isKept
    ? 'look at the console of the VM'
    : 'to see why, give OVEHOSTED_CORE/keepOnFailure=bool:True, which leaves the VM and its console';
}
