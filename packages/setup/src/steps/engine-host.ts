import { HeError } from '@hosted-engine/ports';
import { UNITS } from '../paths.js';
import type { EngineHost } from '../ports.js';
import { finding, type Run, remember } from '../run/run.js';
import type { Step } from '../run/step.js';
import { noteUnit, restoreUnit } from '../run/units.js';
import { waitFor } from '../run/wait.js';
import { startFailed, vmStats } from './engine-vm.js';
import { isHandedOver } from './resume-point.js';

const HEALTH_EVERY_MS = 2000;
const HOST_UP_WAIT = { everyMs: 1000, atMostMs: 600_000 } as const;
/** Joining the lockspace takes the daemon some of sanlock's I/O time-outs. */
const HA_WAIT = { everyMs: 500, atMostMs: 120_000 } as const;
const API_WAIT = { everyMs: 1000, atMostMs: 60_000 } as const;
/** Once in half a minute, as in the specification's transcript. */
const STILL_WAITING_EVERY_ATTEMPTS = 30;

export const ENGINE_HOST_STEPS: readonly Step[] = [
  { id: 'engine-health', stage: 'closeup', do: waitForEngine, resume: resumeEngine },
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
  {
    id: 'host-operational',
    stage: 'closeup',
    line: 'Waiting for the host to become operational in the engine. This may take several minutes...',
    do: waitForHost,
    resume: resumeEngine,
  },
];

/** Between the hand-over and the start of HA nobody runs the engine: there is nobody to ask. */
async function resumeEngine(run: Run): Promise<'keep' | 'again'> {
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
    undo: (run) => restoreUnit(run, UNITS.ha),
    completes: true,
  },
  { id: 'ha-reporting', stage: 'closeup', do: waitForHa },
  { id: 'engine-under-ha', stage: 'closeup', role: 'first', do: waitForHaEngine },
];

async function waitForEngine(run: Run): Promise<void> {
  connectEngine(run);
  const text = await waitForHealth(run, async () => {
    if (run.found.role !== 'first') return;
    // A VM that has ended never becomes healthy: no need to wait for the time-out.
    const stats = await vmStats(finding(run, 'hostd'), run.answers.get('OVEHOSTED_VM/vmUUID'));
    if (stats === undefined) throw startFailed('it has disappeared');
    if (stats.status === 'Down') throw startFailed(stats.exitMessage);
  });
  run.dialog.info(`Engine replied: ${text}`);
}

/** The health page's text once it is good. HE_ENGINE_UNREACHABLE when it is not in time. */
async function waitForHealth(run: Run, whileWaiting: () => Promise<void>): Promise<string> {
  const fqdn = run.answers.get('OVEHOSTED_NETWORK/fqdn');
  const seconds = run.answers.get('OVEHOSTED_ENGINE/engineSetupTimeout');
  const wait = { everyMs: HEALTH_EVERY_MS, atMostMs: seconds * 1000 };
  let why = 'it was not asked yet';
  const text = await waitFor(run, wait, async () => {
    const health = await finding(run, 'engine').health(run.signal);
    if (health.kind === 'up') return health.text;
    why = health.kind === 'down' ? health.text : health.why;
    await whileWaiting();
    return undefined;
  });
  if (text !== undefined) return text;
  throw new HeError(
    'HE_ENGINE_UNREACHABLE',
    `the engine at ${fqdn} is not healthy after ${seconds} s: ${why}`,
    {
      remedy:
        'look at the console of the VM; OVEHOSTED_ENGINE/engineSetupTimeout gives it more time',
    },
  );
}

/** The API may come up a little later than the health page. */
async function addHost(run: Run): Promise<void> {
  const host = await waitFor(run, API_WAIT, () => unlessUnreachable(() => addOrAdopt(run)));
  // The last attempt's own error says most.
  await remember(run, { engineHost: host ?? (await addOrAdopt(run)) });
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
  throw new HeError(
    'HE_ENGINE_REFUSED',
    `the engine has a host ${name} already, with address ${existing.address}`,
    { remedy: 'give another name as OVEHOSTED_ENGINE/appHostName' },
  );
}

async function waitForHost(run: Run): Promise<void> {
  const { id, name } = finding(run, 'engineHost');
  let status = 'unknown';
  const up = await waitFor(run, HOST_UP_WAIT, async (attempt) => {
    if (attempt % STILL_WAITING_EVERY_ATTEMPTS === 0) {
      run.dialog.info('Still waiting for VDSM host to become operational...');
    }
    const host = await unlessUnreachable(() => finding(run, 'engine').host(id));
    if (host === undefined) return undefined;
    status = host.status;
    if (status.includes('failed')) throw notOperational(name, status);
    return status === 'up' ? true : undefined;
  });
  if (up === undefined) throw notOperational(name, status);
  run.dialog.info('The VDSM Host is now operational');
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

function notOperational(name: string, status: string): HeError {
  return new HeError('HE_ENGINE_REFUSED', `host ${name} is ${status} in the engine`, {
    remedy: "look at the engine's events for this host",
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
  const text = await waitForHealth(run, async () => undefined);
  run.dialog.info(`Engine replied: ${text}`);
}
