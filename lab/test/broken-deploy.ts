// Deployments that are broken off or refused, as tests drive them: what a host of a lab is told, and how it ends.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ProcessResult } from '@hosted-engine/ports';
import type { ClusterPlan } from '../src/cluster/answers.js';
import { applianceImage, HOST_CHECKOUT, type Lab, type LabHost, until } from '../src/index.js';
import { checkoutRoot, labPaths } from '../src/paths.js';
import { type HostState, hostState, untilAddressed } from './host-state.js';

const GIB = 1024 ** 3;
const ANSWERS = '/root/answers.conf';
const FIXTURE = `${HOST_CHECKOUT}/packages/cli/dist/test/fixtures/faulty-deploy.js`;
const TIMEOUT_MS = 240_000;
const STORAGE = 'he';
const SETTLING_S = 5;

export type Fault = 'fail' | 'int' | 'kill';

/** A small engine VM from the appliance, on storage of the lab's own. */
export async function smallPlan(lab: Lab): Promise<ClusterPlan> {
  const image = await applianceImage();
  return {
    network: lab.network,
    storage: lab.makeStorage(STORAGE),
    image: join(HOST_CHECKOUT, relative(checkoutRoot(), image)),
    diskGb: Math.ceil(statSync(image).size / GIB),
    memoryMb: 1024,
    vCpus: 1,
    ioTimeout: 1,
    adminPassword: randomBytes(12).toString('base64url'),
  };
}

/** What is directly on the storage: the domains. */
export function onStorage(lab: Lab): readonly string[] {
  return readdirSync(join(labPaths(lab.paths.dir).storage, STORAGE));
}

/** One host, and the deployments that it is to get over. */
export class BrokenDeploy {
  readonly #lab: Lab;
  readonly #host: LabHost;
  readonly #before: HostState;

  private constructor(lab: Lab, host: LabHost, before: HostState) {
    this.#lab = lab;
    this.#host = host;
    this.#before = before;
  }

  /** Takes the host as it is now for what it has to be again. */
  static async of(lab: Lab, host: LabHost): Promise<BrokenDeploy> {
    await untilAddressed(host);
    return new BrokenDeploy(lab, host, await hostState(lab, host));
  }

  /** What every later deployment of this host is told. It may hold a password. */
  async tell(answers: string): Promise<void> {
    await this.#host.execOrThrow(['sh', '-c', `umask 077; cat >${ANSWERS}`], { input: answers });
  }

  /** Deploys, with a fault once the work of `step` is done. */
  breakAfter(step: string, fault: Fault): Promise<ProcessResult> {
    // The shell outlives a kill, and tells of it by its exit code.
    const words = ['sh', '-c', 'node "$@"; exit $?', 'sh', FIXTURE, step, fault, ANSWERS];
    return this.#host.exec(words, { timeoutMs: TIMEOUT_MS });
  }

  deploy(...words: string[]): Promise<ProcessResult> {
    return this.command('hosted-engine', '--deploy', `--config-append=${ANSWERS}`, ...words);
  }

  command(name: string, ...words: string[]): Promise<ProcessResult> {
    return this.#host.exec([`${HOST_CHECKOUT}/bin/${name}`, ...words], { timeoutMs: TIMEOUT_MS });
  }

  /** Addresses that the kernel gives a cable by itself are there a moment after it. */
  async assertHostAsBefore(said: string): Promise<void> {
    const compare = async (): Promise<void> => {
      const now = await hostState(this.#lab, this.#host);
      for (const part of Object.keys(this.#before) as (keyof HostState)[]) {
        assert.deepEqual(now[part], this.#before[part], `${part} differ\n${said}`);
      }
    };
    const compared = async (): Promise<{ done: true; value: true }> => {
      await compare();
      return { done: true, value: true };
    };
    await until(compared, SETTLING_S, 'a host as before').catch(compare);
  }
}
