// The firewall of this host: what the engine and the other hosts connect to is let in, for IPv4 and IPv6.

import { HeError } from '@hosted-engine/ports';
import { answerKey } from '../answers/catalogue.js';
import { invalidAnswer, readValue } from '../answers/read-value.js';
import { PATHS, UNITS } from '../paths.js';
import type { FirewallManager } from '../ports.js';
import {
  FIREWALLD_SERVICE,
  firewalldService,
  iptablesExample,
  nftablesRules,
  type OpenPorts,
  openPorts,
  portRange,
} from '../render/firewall.js';
import { restoreFile } from '../run/restore-file.js';
import { type Run, remember } from '../run/run.js';
import type { Step } from '../run/step.js';
import { noteUnit, restoreUnit } from '../run/units.js';

const KEY = 'OVEHOSTED_NETWORK/firewallManager';
const FILE = { mode: 0o644 } as const;
const ATTEMPTS_MAX = 100;

export const FIREWALL_QUESTION: Step = {
  id: 'firewall-manager',
  stage: 'customization',
  do: async (run) => {
    await noteSshPort(run);
    if (run.found.role === 'first') await askManager(run);
    else await adoptManager(run);
  },
};

export const FIREWALL_STEP: Step = {
  id: 'firewall',
  stage: 'misc',
  do: configure,
  undo: async (run) => {
    if (run.found.openedService === true) {
      await run.world.firewall.closeService(FIREWALLD_SERVICE);
      await remember(run, { openedService: false });
    }
    const wasActive = run.found.unitsBefore?.get(UNITS.firewall)?.active === true;
    await restoreUnit(run, UNITS.firewall);
    for (const path of FILES) await restoreFile(run, path, FILE);
    if (wasActive) await run.world.services.restart(UNITS.firewall);
  },
};

/** Without a firewall of our making somebody else has to open the ports. */
export const FIREWALL_NOTE: Step = {
  id: 'firewall-note',
  stage: 'closeup',
  do: async ({ answers, dialog, world }) => {
    if (answers.get(KEY) !== 'none') return;
    dialog.note('If there is a firewall, the following TCP ports have to be open on this host:');
    for (const one of openPorts(await world.firewall.sshPorts())) {
      dialog.note(`    - ${portRange(one)}: ${one.purpose}`);
    }
    dialog.note(
      `Examples: ${PATHS.nftablesExample}, ${PATHS.iptablesExample} and ${PATHS.firewalldExample}`,
    );
  },
};

const FILES = [
  PATHS.firewallRules,
  PATHS.firewalldService,
  PATHS.nftablesExample,
  PATHS.iptablesExample,
  PATHS.firewalldExample,
] as const;

/** The engine reaches the host by it; 22 only where nothing says otherwise. */
async function noteSshPort({ answers, world }: Run): Promise<void> {
  const key = 'OVEHOSTED_NETWORK/sshdPort';
  if (answers.source(key) !== undefined) return;
  const [port] = await world.firewall.sshPorts();
  if (port !== undefined) answers.set(key, port, 'default');
}

/** Spec: one Yes or No question names the manager that is there. */
async function askManager(run: Run): Promise<void> {
  const { answers, dialog, world } = run;
  const detected = await world.firewall.detect();
  const given = answers.find(KEY);
  if (answers.source(KEY) !== undefined && given !== undefined) {
    refuseOther(given, detected);
    return;
  }
  if (detected === undefined) {
    dialog.info('No firewall manager was found that setup could configure');
    answers.set(KEY, 'none', 'default');
    return;
  }
  const isWanted = dialog.interactive ? await isAgreed(run, detected) : true;
  answers.set(KEY, isWanted ? detected : 'none', dialog.interactive ? 'person' : 'default');
}

function refuseOther(given: string, detected: FirewallManager | undefined): void {
  if (given === 'none' || given === detected) return;
  const there = detected === undefined ? 'none that setup could configure' : detected;
  throw invalidAnswer(KEY, `'${given}' is not in use on this host, but ${there}`);
}

async function isAgreed(run: Run, manager: FirewallManager): Promise<boolean> {
  const question = {
    key: KEY,
    prompt: (answerKey(KEY).prompt ?? '').replace('(manager)', manager),
    isSecret: false,
    choices: ['Yes', 'No'],
    fallback: 'Yes',
  };
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const typed = (await run.dialog.ask(question)).trim();
    try {
      // As every other question of this kind understands it.
      return readValue('OVEHOSTED_CORE/deployProceed', typed === '' ? 'Yes' : typed, '') === true;
    } catch (thrown) {
      if (!(thrown instanceof HeError)) throw thrown;
      run.dialog.error(`'${typed}' is neither Yes nor No`);
    }
  }
  throw invalidAnswer(KEY, 'there was neither Yes nor No');
}

/** Hosts of one cluster may have different managers; only whether there shall be a firewall is common. */
async function adoptManager(run: Run): Promise<void> {
  const { answers, world } = run;
  const detected = await world.firewall.detect();
  if (answers.isGiven(KEY)) {
    refuseOther(answers.get(KEY), detected);
    return;
  }
  const isWanted = answers.find(KEY) !== 'none';
  answers.set(KEY, isWanted && detected !== undefined ? detected : 'none', 'default');
}

async function configure(run: Run): Promise<void> {
  const { answers, backups, world } = run;
  const manager = answers.get(KEY);
  const ports = openPorts(
    withAnswered(await world.firewall.sshPorts(), answers.get('OVEHOSTED_NETWORK/sshdPort')),
  );
  await backups.write(PATHS.nftablesExample, nftablesRules(ports, true), FILE);
  await backups.write(PATHS.iptablesExample, iptablesExample(ports), FILE);
  await backups.write(PATHS.firewalldExample, firewalldService(ports), FILE);
  if (manager === 'none') return;
  world.log.info('configuring the firewall', { manager });
  if (manager === 'firewalld') {
    await backups.write(PATHS.firewalldService, firewalldService(ports), FILE);
    await remember(run, { openedService: true });
    await world.firewall.openService(FIREWALLD_SERVICE);
    return;
  }
  const others = await world.firewall.otherFilters();
  if (others.length > 0) warnOfOthers(run, others, ports);
  await backups.write(PATHS.firewallRules, nftablesRules(ports, others.length === 0), FILE);
  await noteUnit(run, UNITS.firewall);
  await world.services.enable(UNITS.firewall);
  await world.services.restart(UNITS.firewall);
}

/** An admin who named a port knows it better than the daemon's own configuration may. */
function withAnswered(found: readonly number[], answered: number): readonly number[] {
  return found.includes(answered) ? found : [answered, ...found];
}

function warnOfOthers(run: Run, others: readonly string[], ports: readonly OpenPorts[]): void {
  run.dialog.warning(
    `Firewall rules of others refuse some of what comes in (${others.join(', ')}); open these TCP ports there: ${ports.map((one) => portRange(one)).join(', ')}`,
  );
}
