import { spawn } from 'node:child_process';
import { chownSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { HeError } from '@hosted-engine/ports';
import { requestJson } from './control/json-socket.js';
import { LabHost } from './host.js';
import { withLock } from './lock.js';
import { type NetworkPlan, networkPlan } from './network-plan.js';
import {
  HOST_STORAGE,
  type LabPaths,
  SITE_RELAY_HTTP,
  SITE_RELAY_HTTPS,
  SITE_SOCKET,
} from './paths.js';
import { identify } from './proc/process-identity.js';
import { removeRemains } from './remove.js';
import type { SiteRequest, SiteView } from './site/site.js';
import { type ForwarderState, type LabState, readState, writeState } from './state.js';

const SITE_TIMEOUT_MS = 30_000;
const FORWARDER_START_MS = 10_000;
/** vdsm:kvm, by number: oVirt's storage belongs to them on every host. */
const STORAGE_UID = 36;

/** A running lab: its hosts, network and storage, and the faults that befall all hosts at once. */
export class Lab {
  readonly paths: LabPaths;
  readonly network: NetworkPlan;
  readonly hosts: readonly LabHost[];
  #state: LabState;

  constructor(paths: LabPaths, state: LabState) {
    this.paths = paths;
    this.#state = state;
    this.network = networkPlan(state.subnet, state.hostCount);
    this.hosts = this.network.hosts.map((plan) => new LabHost(this, plan));
  }

  get name(): string {
    return this.#state.name;
  }

  get state(): LabState {
    return this.#state;
  }

  /** The host with that id, 1-based. */
  host(id: number): LabHost {
    const host = this.hosts[id - 1];
    if (host === undefined) {
      throw new HeError('HE_USAGE', `the lab ${this.name} has no host ${id}`);
    }
    return host;
  }

  /** A path of the site as this process reaches it. */
  sitePath(path: string): string {
    return `/proc/${this.#state.site.pid}/root${path}`;
  }

  /** Sockets to the engine's ports 80 and 443, wherever it runs. */
  get engineSockets(): { readonly http: string; readonly https: string } {
    return { http: this.sitePath(SITE_RELAY_HTTP), https: this.sitePath(SITE_RELAY_HTTPS) };
  }

  async request(request: SiteRequest): Promise<SiteView> {
    return (await requestJson(this.sitePath(SITE_SOCKET), request, SITE_TIMEOUT_MS)) as SiteView;
  }

  view(): Promise<SiteView> {
    return this.request({ op: 'show' });
  }

  /** Lets the lab outlive the process that made it. */
  async keep(): Promise<void> {
    await this.request({ op: 'keep' });
    this.#write({ owner: undefined });
  }

  /** Makes a folder of shared storage. @returns its path in every host. */
  makeStorage(name: string): string {
    const folder = join(this.paths.storage, name);
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    chownSync(folder, STORAGE_UID, STORAGE_UID);
    return join(HOST_STORAGE, name);
  }

  async cutGateway(): Promise<void> {
    await this.request({ op: 'gateway', answering: false });
  }

  async healGateway(): Promise<void> {
    await this.request({ op: 'gateway', answering: true });
  }

  /**
   * Serves the engine's http and https on 127.0.0.1 of this machine, until the lab ends.
   * A port of 0 takes any free one.
   */
  async forward(ports: { readonly http: number; readonly https: number }): Promise<ForwarderState> {
    const known = this.#state.forwarder;
    if (known !== undefined) return known;
    const main = fileURLToPath(new URL('./forwarder/main.js', import.meta.url));
    const log = openSync(this.paths.forwarderLog, 'a');
    const words = [this.#state.site.pid, ports.http, ports.https].map(String);
    const child = spawn(process.execPath, [main, ...words], {
      detached: true,
      stdio: ['ignore', 'pipe', log],
    });
    closeSync(log);
    const output = child.stdout as Readable;
    const line = await firstLine(output, FORWARDER_START_MS).catch((error: unknown) => {
      child.kill('SIGKILL');
      throw new HeError(
        'HE_FAILED',
        `the forwarder did not start, see ${this.paths.forwarderLog}`,
        {
          remedy: 'Choose another port with --port.',
          cause: error,
        },
      );
    });
    child.unref();
    output.destroy();
    const identity = identify(child.pid ?? 0);
    if (identity === undefined) throw new HeError('HE_FAILED', 'the forwarder ended at once');
    const chosen = JSON.parse(line) as { readonly httpPort: number; readonly httpsPort: number };
    const forwarder = { process: identity, ...chosen };
    this.#write({ forwarder });
    return forwarder;
  }

  /** Ends the lab and removes all of it. */
  async remove(): Promise<void> {
    await withLock(this.paths.lock, () => removeRemains(this.paths));
  }

  #write(change: Partial<LabState>): void {
    this.#state = { ...(readState(this.paths) ?? this.#state), ...change };
    writeState(this.paths, this.#state);
  }
}

function firstLine(stream: Readable, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error('no line in time')), timeoutMs);
    stream.setEncoding('utf8');
    stream.on('data', (piece: string) => {
      text += piece;
      if (!text.includes('\n')) return;
      clearTimeout(timer);
      resolve(text.slice(0, text.indexOf('\n')));
    });
    stream.on('close', () => {
      clearTimeout(timer);
      reject(new Error('ended without a line'));
    });
  });
}
