import { readFileSync } from 'node:fs';
import type { ProcessResult } from '@hosted-engine/ports';
import { answerFile, type ClusterPlan } from './cluster/answers.js';
import {
  askEngine,
  askEngineSecurely,
  type EngineReply,
  type EngineRequest,
  HEALTH_PATH,
  HEALTHY,
} from './cluster/engine-client.js';
import { clusterVm, type GuestVm } from './cluster/guest.js';
import { type ClusterStatus, parseVmStatus } from './cluster/vm-status.js';
import type { HostProcess, LabHost } from './host.js';
import type { Lab } from './lab.js';
import { HOST_CHECKOUT } from './paths.js';
import { until, when } from './until.js';

const COMMAND = `${HOST_CHECKOUT}/bin/hosted-engine`;
const DEPLOY_TIMEOUT_MS = 600_000;
const COMMAND_TIMEOUT_MS = 300_000;
const CA_CERTIFICATE = '/etc/pki/vdsm/certs/cacert.pem';
const ANSWERS = '/root/lab-answers.conf';

/** A hosted-engine cluster in a lab, for tests and for people to play with. */
export class Cluster {
  readonly lab: Lab;
  readonly adminPassword: string;

  constructor(lab: Lab, adminPassword: string) {
    this.lab = lab;
    this.adminPassword = adminPassword;
  }

  /** Runs set-up in a host, unattended. Rejects with what it said when it fails. */
  async deployHost(
    plan: ClusterPlan,
    host: LabHost,
    isFirst: boolean,
    onOutput: (text: string) => void = () => undefined,
  ): Promise<void> {
    // The answers hold a password: by standard input into a file of root's alone.
    await host.execOrThrow(['sh', '-c', `umask 077; cat >${ANSWERS}`], {
      input: answerFile(plan, host.plan, isFirst),
    });
    try {
      await host.execOrThrow([COMMAND, '--deploy', `--config-append=${ANSWERS}`], {
        timeoutMs: DEPLOY_TIMEOUT_MS,
        onOutput,
      });
    } finally {
      await host.exec(['rm', '-f', ANSWERS]);
    }
  }

  /** Runs `hosted-engine WORDS` in a host. A non-zero exit is a result. */
  hostedEngine(host: LabHost, ...words: string[]): Promise<ProcessResult> {
    return host.exec([COMMAND, ...words], { timeoutMs: COMMAND_TIMEOUT_MS });
  }

  /** The cluster as that host sees it. */
  async statusOf(host: LabHost): Promise<ClusterStatus> {
    const words = [COMMAND, '--vm-status', '--json'];
    return parseVmStatus(await host.execOrThrow(words, { timeoutMs: COMMAND_TIMEOUT_MS }));
  }

  /** True when the health page says so; false when it says otherwise or does not answer. */
  async engineHealthy(): Promise<boolean> {
    return (await this.#health()) === HEALTHY;
  }

  async #health(): Promise<string> {
    try {
      const reply = await askEngine(this.lab.engineSockets.http, {
        path: HEALTH_PATH,
        timeoutMs: 2000,
      });
      return reply.status === 200 ? reply.body.trim() : `status ${reply.status}: ${reply.body}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** @returns the seconds it took. */
  async untilHealthy(boundSeconds: number, label = 'a healthy engine'): Promise<number> {
    const started = performance.now();
    await until(
      async () => {
        const page = await this.#health();
        return when(page === HEALTHY, page);
      },
      boundSeconds,
      label,
    );
    return (performance.now() - started) / 1000;
  }

  /** Until the engine is healthy and each powered host sees all hosts alive and fit. A new host is seen within a minute. */
  async untilSettled(boundSeconds: number): Promise<void> {
    await this.untilHealthy(boundSeconds);
    await Promise.all(
      this.lab.hosts.map((host) =>
        until(
          async () => {
            if (!(await host.isOn())) return { done: true, value: undefined };
            const { hosts } = await this.statusOf(host);
            const fit = hosts.filter((one) => one.isLive && one.score > 0);
            const seen = hosts.map(
              (one) => `${one.hostId}: ${one.score}${one.isLive ? '' : ' stale'}`,
            );
            return when(fit.length === this.lab.hosts.length, seen.join(', '));
          },
          boundSeconds,
          `${host.name} sees ${this.lab.hosts.length} fit hosts`,
        ),
      ),
    );
  }

  /** @returns the seconds it took. */
  async untilUnhealthy(boundSeconds: number): Promise<number> {
    const started = performance.now();
    await until(
      async () => when(!(await this.engineHealthy()), 'still healthy'),
      boundSeconds,
      'an engine that does not answer',
    );
    return (performance.now() - started) / 1000;
  }

  /** The pid of the engine VM's QEMU in that host's numbering; undefined when there is none. */
  async qemuPidOn(host: LabHost): Promise<number | undefined> {
    return (await host.qemu())?.pid;
  }

  /** Every powered host with a QEMU of the engine VM. More than one may be starting; only one holds the lease. */
  async whoRunsVm(): Promise<readonly { readonly host: LabHost; readonly qemu: HostProcess }[]> {
    const found = await Promise.all(
      this.lab.hosts.map(async (host) => {
        const qemu = (await host.isOn()) ? await host.qemu() : undefined;
        return qemu === undefined ? [] : [{ host, qemu }];
      }),
    );
    return found.flat();
  }

  /** The one host that runs the engine VM, waiting for it if need be. */
  async untilVmHost(boundSeconds: number): Promise<LabHost> {
    return until(
      async () => {
        const running = await this.whoRunsVm();
        const names = running.map((one) => one.host.name).join(', ');
        const first = running[0];
        if (running.length !== 1 || first === undefined) {
          return { done: false, seen: names === '' ? 'no host' : names };
        }
        return { done: true, value: first.host };
      },
      boundSeconds,
      'one host that runs the engine VM',
    );
  }

  /** The guest, through its agent, on the host that runs it. */
  vmOn(host: LabHost): GuestVm {
    return clusterVm(host);
  }

  /** Calls the engine's API as admin@internal, over TLS checked against the cluster's CA. */
  async api(request: EngineRequest): Promise<EngineReply> {
    const caFrom = await this.#anyDeployedHost();
    const ca = readFileSync(await caFrom.reach(CA_CERTIFICATE), 'utf8');
    const secret = Buffer.from(`admin@internal:${this.adminPassword}`).toString('base64');
    return askEngineSecurely(this.lab.engineSockets.https, ca, {
      ...request,
      headers: { Authorization: `Basic ${secret}`, ...request.headers },
    });
  }

  /** Until the API answers; it opens up to a second after the health page. */
  async untilApi(boundSeconds: number): Promise<void> {
    await until(
      async () => {
        try {
          const { status } = await this.api({ path: '/ovirt-engine/api' });
          return when(status === 200, `status ${status}`);
        } catch (error) {
          return { done: false, seen: error instanceof Error ? error.message : String(error) };
        }
      },
      boundSeconds,
      'the API of the engine',
    );
  }

  async #anyDeployedHost(): Promise<LabHost> {
    for (const host of this.lab.hosts) {
      if (await host.isOn()) return host;
    }
    return this.lab.host(1);
  }
}
