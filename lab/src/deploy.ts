import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { HeError } from '@hosted-engine/ports';
import type { ClusterPlan } from './cluster/answers.js';
import { Cluster } from './cluster.js';
import type { LabHost } from './host.js';
import type { Lab } from './lab.js';
import { checkoutRoot, HOST_CHECKOUT } from './paths.js';
import { run } from './proc/run.js';

export interface DeployOptions {
  /** How many of the lab's hosts join. @default all */
  readonly hosts?: number;
  /** The appliance's image, inside the checkout. @default built, or taken from its cache */
  readonly image?: string;
  /** @default 1 */
  readonly ioTimeout?: number;
  /** @default 1024 */
  readonly memoryMb?: number;
  /** @default 1 */
  readonly vCpus?: number;
  /** Called with each piece of set-up's output. */
  readonly onOutput?: (host: LabHost, text: string) => void;
  /** Called when a host has been deployed. */
  readonly onDeployed?: (host: LabHost, seconds: number) => void;
}

const BUILD_TIMEOUT_MS = 900_000;
const HEALTHY_SECONDS = 180;
const GIB = 1024 ** 3;
const STORAGE_NAME = 'he';

/** Where the lab keeps the password of admin@internal, for root alone. */
export function passwordFile(lab: Lab): string {
  return join(lab.paths.dir, 'admin-password');
}

/** Builds the appliance's image, or finds it in its cache. @returns its path on this machine. */
export async function applianceImage(
  onOutput: (text: string) => void = () => undefined,
): Promise<string> {
  const main = join(checkoutRoot(), 'packages/appliance/dist/src/main.js');
  const result = await run(process.execPath, [main], { timeoutMs: BUILD_TIMEOUT_MS, onOutput });
  const path = result.stdout.trim().split('\n').at(-1) ?? '';
  if (result.code !== 0 || path === '') {
    throw new HeError('HE_FAILED', `the appliance was not built: ${result.stderr.trim()}`);
  }
  return path;
}

/** Hosts see the checkout at a path of their own. */
function imageInHost(image: string): string {
  const below = relative(checkoutRoot(), image);
  if (below.startsWith('..')) {
    throw new HeError('HE_USAGE', `${image} is not in the checkout, so no host of the lab sees it`);
  }
  return join(HOST_CHECKOUT, below);
}

function clusterPlan(
  lab: Lab,
  image: string,
  password: string,
  options: DeployOptions,
): ClusterPlan {
  return {
    network: lab.network,
    storage: lab.makeStorage(STORAGE_NAME),
    image: imageInHost(image),
    diskGb: Math.ceil(statSync(image).size / GIB),
    memoryMb: options.memoryMb ?? 1024,
    vCpus: options.vCpus ?? 1,
    ioTimeout: options.ioTimeout ?? 1,
    adminPassword: password,
  };
}

/**
 * Deploys the engine on the lab's first host and joins the others, all at once, when it is
 * healthy. Rejects with set-up's own words when a host fails.
 */
export async function deployCluster(lab: Lab, options: DeployOptions = {}): Promise<Cluster> {
  const password = randomBytes(12).toString('base64url');
  writeFileSync(passwordFile(lab), `${password}\n`, { mode: 0o600 });
  const plan = clusterPlan(lab, options.image ?? (await applianceImage()), password, options);
  const cluster = new Cluster(lab, password);
  const deploy = async (host: LabHost, isFirst: boolean): Promise<void> => {
    const started = performance.now();
    const onOutput = (text: string): void => options.onOutput?.(host, text);
    await cluster.deployHost(plan, host, isFirst, onOutput);
    options.onDeployed?.(host, (performance.now() - started) / 1000);
  };
  const [first, ...others] = lab.hosts.slice(0, options.hosts ?? lab.hosts.length);
  if (first === undefined) throw new HeError('HE_USAGE', 'a cluster has at least one host');
  await deploy(first, true);
  await cluster.untilHealthy(HEALTHY_SECONDS);
  const ends = await Promise.allSettled(others.map((host) => deploy(host, false)));
  const failed = ends.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return cluster;
}

/** The cluster that was deployed in a lab earlier. */
export function openCluster(lab: Lab): Cluster {
  return new Cluster(lab, readFileSync(passwordFile(lab), 'utf8').trim());
}
