// The host in the engine: added, watched until it is operational, and under HA.

import { HeError } from '@hosted-engine/ports';
import { engineCpuName } from '../checks/cpu.js';
import { UNITS } from '../paths.js';
import type { EngineHost } from '../ports.js';
import { finding, type Run, remember } from '../run/run.js';
import type { Step } from '../run/step.js';
import { noteUnit } from '../run/units.js';
import { waitFor } from '../run/wait.js';
import { askChoice } from './closeup-questions.js';
import { resumeEngine } from './engine-trust.js';
import { waitForHealth } from './engine-up.js';
import { stopHa } from './ha-services.js';

const HOST_UP_WAIT = { everyMs: 1000, atMostMs: 600_000 } as const;
/** The engine knows the CPU of its first host a moment after the host itself. */
const CLUSTER_CPU_WAIT = { everyMs: 1000, atMostMs: 60_000 } as const;
/** Joining the lockspace takes the daemon some of sanlock's I/O time-outs. */
const HA_WAIT = { everyMs: 500, atMostMs: 120_000 } as const;
const API_WAIT = { everyMs: 1000, atMostMs: 60_000 } as const;
/** Once in half a minute, as in the specification's transcript. */
const STILL_WAITING_EVERY_ATTEMPTS = 30;

export const ENGINE_HOST_STEPS: readonly Step[] = [
  {
    id: 'engine-host',
    stage: 'closeup',
    do: addHost,
    resume: resumeEngine,
    keeps: (run) => {
      const host = run.found.engineHost;
      return host === undefined || run.found.role === 'first'
        ? undefined
        : `host ${host.name} in the engine; remove it there, or run the deployment again`;
    },
  },
  { id: 'host-operational', stage: 'closeup', do: waitForHost, resume: resumeEngine },
];

export const HA_STEPS: readonly Step[] = [
  {
    id: 'ha-services',
    stage: 'closeup',
    line: 'Enabling and starting HA services',
    do: async (run) => {
      await noteUnit(run, UNITS.ha);
      await run.world.services.enable(UNITS.ha);
      await run.world.services.restart(UNITS.ha);
    },
    undo: stopHa,
    completes: true,
  },
  { id: 'ha-reporting', stage: 'closeup', do: waitForHa },
  { id: 'engine-under-ha', stage: 'closeup', role: 'first', do: waitForHaEngine },
];

/** The API may come up a little later than the health page. */
async function addHost(run: Run): Promise<void> {
  const host = await orIgnore(run, 'engineHostAdded', async () => {
    const added = await waitFor(run, API_WAIT, () => unlessUnreachable(() => addOrAdopt(run)));
    // The last attempt's own error says most.
    return added ?? (await addOrAdopt(run));
  });
  if (host !== undefined) await remember(run, { engineHost: host });
}

/**
 * A failure that a person may put right in the engine, or leave for later: the VM is alive, and the engine
 * can be asked to add the host at any time. Undefined: ignored.
 */
async function orIgnore<T>(
  run: Run,
  key: string,
  action: () => Promise<T>,
): Promise<T | undefined> {
  for (;;) {
    try {
      return await action();
    } catch (thrown) {
      if (!(thrown instanceof HeError) || thrown.code === 'HE_ABORTED') throw thrown;
      if (!run.dialog.interactive) throw thrown;
      run.dialog.error(thrown.message);
      if (thrown.remedy !== undefined) run.dialog.note(`${thrown.remedy}.`);
      const choice = await askChoice(run, {
        key,
        prompt:
          'Do you want to retry, to go on without this host in the engine, or to abort? (Retry, Ignore, Abort)[Retry]:',
        choices: ['Retry', 'Ignore', 'Abort'],
        fallback: 'Retry',
      });
      if (choice === 'Abort') throw thrown;
      if (choice === 'Ignore') {
        run.dialog.warning('The host is not operational in the engine: add it there later');
        return undefined;
      }
    }
  }
}

/** A host of this name and address is ours, of an earlier attempt; any other of the name is not. */
async function addOrAdopt(run: Run): Promise<EngineHost> {
  const engine = finding(run, 'engine');
  const name = run.answers.get('OVEHOSTED_ENGINE/appHostName');
  const address = run.answers.get('OVEHOSTED_NETWORK/host_name');
  const existing = await engine.findHost(name);
  if (existing === undefined) {
    return engine.addHost({
      name,
      address,
      cluster: run.answers.get('OVEHOSTED_ENGINE/clusterName'),
      sshPort: run.answers.get('OVEHOSTED_NETWORK/sshdPort'),
    });
  }
  if (existing.address === address) return existing;
  throw nameTaken(existing);
}

async function waitForHost(run: Run): Promise<void> {
  const host = run.found.engineHost;
  if (host === undefined) return;
  const isUp = await orIgnore(run, 'engineHostUp', async () => {
    run.dialog.info(
      'Waiting for the host to become operational in the engine. This may take several minutes...',
    );
    await untilOperational(run, host);
    return true;
  });
  if (isUp !== true) return;
  run.dialog.info('The VDSM Host is now operational');
  if (run.found.role === 'first') await setClusterCpu(run);
}

/** Later hosts are compared with the engine VM's CPU. It can be set in the engine too: nothing fails by it. */
async function setClusterCpu(run: Run): Promise<void> {
  const { answers, world } = run;
  const cpu = engineCpuName(answers.find('OVEHOSTED_VDSM/cpu') ?? '');
  if (cpu === undefined) return;
  const cluster = answers.get('OVEHOSTED_ENGINE/clusterName');
  try {
    const engine = finding(run, 'engine');
    const isSet = await waitFor(run, CLUSTER_CPU_WAIT, async () =>
      (await engine.setClusterCpu(cluster, cpu)) ? true : undefined,
    );
    if (isSet !== true) world.log.warn('the cluster in the engine has no CPU', { cluster });
  } catch (thrown) {
    if (!(thrown instanceof HeError) || thrown.code === 'HE_ABORTED') throw thrown;
    world.log.warn('cannot set the CPU type of the cluster', { cluster, why: thrown.message });
  }
}

async function untilOperational(run: Run, { id, name }: EngineHost): Promise<void> {
  const engine = finding(run, 'engine');
  let last: EngineHost = { id, name, address: '', status: 'unknown' };
  const up = await waitFor(run, HOST_UP_WAIT, async (attempt) => {
    if (attempt % STILL_WAITING_EVERY_ATTEMPTS === 0) {
      run.dialog.info('Still waiting for VDSM host to become operational...');
    }
    const host = await unlessUnreachable(() => engine.host(id));
    if (host === undefined) return undefined;
    last = host;
    if (host.status.includes('failed')) throw await notOperational(run, host);
    return host.status === 'up' ? true : undefined;
  });
  if (up === undefined) throw await notOperational(run, last);
}

/** Undefined when the engine does not answer just now: it is asked again. */
async function unlessUnreachable<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (thrown) {
    if (thrown instanceof HeError && thrown.code === 'HE_ENGINE_UNREACHABLE') return undefined;
    throw thrown;
  }
}

/** With the engine's own reasons, as far as it gives any. */
async function notOperational(run: Run, { name, status, detail }: EngineHost): Promise<HeError> {
  const complaints = await unlessUnreachable(() => finding(run, 'engine').complaints(name));
  const reasons = [...(detail === undefined ? [] : [detail]), ...(complaints ?? [])];
  const why = reasons.length === 0 ? '' : `: ${reasons.join('; ')}`;
  return new HeError('HE_ENGINE_REFUSED', `host ${name} is ${status} in the engine${why}`, {
    remedy: "look at the engine's events for this host, and at the log of vdsmd here",
  });
}

/** A host that does not report is of no use to the others, but it is deployed. */
async function waitForHa(run: Run): Promise<void> {
  const hostId = run.answers.get('OVEHOSTED_STORAGE/hostID');
  const isReporting = await waitFor(run, HA_WAIT, async () =>
    (await run.world.ha.isReporting(hostId)) ? true : undefined,
  );
  if (isReporting === true) return;
  run.dialog.warning('The HA services do not report this host yet; see hosted-engine --vm-status');
}

/** Everything is in place by now; what is left to see is that HA does its part. */
async function waitForHaEngine(run: Run): Promise<void> {
  const text = await waitForHealth(run);
  run.dialog.info(`Engine replied: ${text}`);
}

export function nameTaken({ name, address }: EngineHost): HeError {
  return new HeError(
    'HE_ENGINE_REFUSED',
    `the engine has a host ${name} already, with address ${address}`,
    { remedy: 'give another name as OVEHOSTED_ENGINE/appHostName' },
  );
}
