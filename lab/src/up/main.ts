import { existsSync } from 'node:fs';
import { HeError, messageOf } from '@hosted-engine/ports';
import { numberOf, parseArguments } from '../cli/arguments.js';
import { applianceImage, deployCluster, openCluster, passwordFile } from '../deploy.js';
import type { LabHost } from '../host.js';
import type { Lab } from '../lab.js';
import { isInUse, makeLab, openLab, removeLab } from '../make.js';
import { defaultLabDir, labPaths } from '../paths.js';
import { labObstacle } from '../requirements.js';
import { readState } from '../state.js';
import { createProgress, stageLines } from './progress.js';
import { closingText, USAGE } from './text.js';

// ./up, once everything is installed and built.

const NAME = 'up';
const SETTLE_SECONDS = 120;
const write = (text: string): boolean => process.stdout.write(text);
const progress = createProgress(write);

async function poweredHost(lab: Lab): Promise<LabHost | undefined> {
  for (const host of lab.hosts) {
    if (await host.isOn()) return host;
  }
  return undefined;
}

/** Shows a cluster in whatever state its user has brought it. */
async function showCluster(lab: Lab): Promise<void> {
  const cluster = openCluster(lab);
  const [running] = await cluster.whoRunsVm();
  const asked = running?.host ?? (await poweredHost(lab));
  if (asked === undefined) write('\nEvery host is powered off.\n');
  else {
    const status = await cluster.hostedEngine(asked, '--vm-status');
    write(`\n${status.stdout}${status.stderr}`);
  }
  write(closingText(lab, passwordFile(lab), running?.host));
}

async function bringUp(hosts: number, port: number): Promise<void> {
  const obstacle = labObstacle();
  if (obstacle !== undefined) throw new HeError('HE_HOST_UNSUITABLE', obstacle);
  const known = readState(labPaths(defaultLabDir(NAME)));
  if (known !== undefined && isInUse(known)) {
    if (known.owner !== undefined)
      throw new HeError('HE_ALREADY_RUNNING', 'another ./up is at work');
    write('It is up already.\n');
    await showCluster(openLab(NAME));
    return;
  }
  const image = await progress.step('the appliance: the image of the engine VM', () =>
    applianceImage((text) => {
      for (const line of text.trimEnd().split('\n')) progress.detail(line);
    }),
  );
  const lab = await progress.step(`a lab of ${hosts} hosts`, () => makeLab({ name: NAME, hosts }));
  const shows = new Map(lab.hosts.map((one) => [one.id, stageLines(one.name, progress.detail)]));
  const cluster = await progress.step('the cluster: hosted-engine --deploy on each host', () =>
    deployCluster(lab, {
      image,
      onOutput: (host, text) => shows.get(host.id)?.(text),
      onDeployed: (host, seconds) =>
        progress.detail(`${host.name} deployed in ${seconds.toFixed(1)} s`),
    }),
  );
  await progress.step('every host in sight of the others, the engine on 127.0.0.1', async () => {
    await cluster.untilSettled(SETTLE_SECONDS);
    await lab.forward({ https: port, http: port === 0 ? 0 : port + 1 });
    await lab.keep();
  });
  await showCluster(lab);
}

async function takeDown(): Promise<void> {
  const wasThere = existsSync(labPaths(defaultLabDir(NAME)).dir);
  await removeLab(NAME);
  write(
    wasThere ? 'Removed: the hosts, their network and storage, the engine.\n' : 'Nothing is up.\n',
  );
}

async function main(): Promise<void> {
  const args = parseArguments(process.argv.slice(2), ['down', 'sim', 'help', 'hosts', 'port']);
  if (args.options.has('help')) write(USAGE);
  else if (args.options.has('sim')) {
    throw new HeError('HE_USAGE', './up --sim is not built yet: there is no simulator to start');
  } else if (args.options.has('down')) await takeDown();
  else {
    const hosts = numberOf(args.options.get('hosts') ?? '3', '--hosts');
    await bringUp(hosts, numberOf(args.options.get('port') ?? '0', '--port'));
  }
}

// A half-made lab ends with this process; its folder is kept for a look and removed by the next run.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    write('\nStopped. Run ./up again to begin anew, or ./up --down to remove what is left.\n');
    process.exit(130);
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`./up: ${messageOf(error)}\n`);
  if (error instanceof HeError && error.remedy !== undefined) {
    process.stderr.write(`  ${error.remedy}\n`);
  }
  const { dir } = labPaths(defaultLabDir(NAME));
  if (existsSync(dir))
    process.stderr.write(`  The logs of the hosts: ${dir}/hosts/*/upper/var/log\n`);
  process.exit(error instanceof HeError ? error.exitCode : 1);
});
