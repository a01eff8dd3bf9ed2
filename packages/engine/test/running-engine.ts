// A whole engine on loopback, with a data folder of its own, and hosts' daemons that speak real
// VDSM over TLS.

import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCa, issueHostCertificate } from '@hosted-engine/pki';
import { createSystemClock } from '@hosted-engine/platform';
import type { Log } from '@hosted-engine/ports';
import {
  createVdsmServer,
  type HostCapabilities,
  type HostStats,
  type VdsmServer,
} from '@hosted-engine/vdsm';
import { type Engine, startEngine } from '../src/engine.js';
import { vdsmConnections } from '../src/main/vdsm-connection.js';
import { openEnginePki } from '../src/pki/engine-pki.js';
import { applySeed, dataLayout } from '../src/seed/apply-seed.js';

export const FQDN = 'engine.test';
export const PASSWORD = 'secret: "1"';
export const QUIET: Log = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

export interface Cluster {
  readonly ca: { readonly certificatePem: string; readonly keyPem: string };
  readonly folder: string;
  /** Starts the engine on the folder's data, as a boot does. */
  start(): Promise<Engine>;
  remove(): Promise<void>;
}

/** A folder set up from a seed. */
export async function createCluster(): Promise<Cluster> {
  const ca = await createCa();
  const folder = await mkdtemp(join(tmpdir(), 'engine-'));
  const layout = dataLayout(folder);
  const indented = (text: string): string => text.trimEnd().replace(/^/gm, '    ');
  const config = await applySeed(
    {
      userData: `#cloud-config\nfqdn: ${FQDN}\nhosted_engine:\n  admin_password: ${JSON.stringify(PASSWORD)}\n  ca_certificate: |\n${indented(ca.certificatePem)}\n  ca_key: |\n${indented(ca.keyPem)}\n`,
      metaData: '',
      networkConfig: '',
    },
    layout,
    undefined,
  );
  const clock = createSystemClock();
  return {
    ca,
    folder,
    start: () =>
      startEngine({
        config,
        version: '0',
        database: { file: layout.database },
        openPki: () => openEnginePki(layout.pki, FQDN, clock.wallMs()),
        connectWith: vdsmConnections,
        clock,
        log: QUIET,
        host: '127.0.0.1',
        httpPort: 0,
        httpsPort: 0,
        statsEveryMs: 20,
      }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export interface FakeHostd {
  readonly port: number;
  close(): Promise<void>;
}

/** A host's daemon with a certificate of the CA. `ha` is what its statistics say of HA. */
export async function startHostd(
  ca: Cluster['ca'],
  ha: HostStats['haStats'],
  port = 0,
): Promise<FakeHostd> {
  const own = await issueHostCertificate(ca, { commonName: '127.0.0.1', ip: ['127.0.0.1'] });
  const server: VdsmServer = createVdsmServer({
    port,
    host: '127.0.0.1',
    tls: { ca: ca.certificatePem, cert: own.certificatePem, key: own.keyPem },
    handlers: {
      'Host.getCapabilities': async () => CAPABILITIES as HostCapabilities,
      'Host.getStats': async () => ({ ...STATS, haStats: ha }) as HostStats,
    },
    log: QUIET,
  });
  return { port: await server.listen(), close: () => server.close() };
}

const CAPABILITIES: Partial<HostCapabilities> = {
  cpuModel: 'Test CPU',
  cpuSpeed: '2400.1',
  cpuSockets: '1',
  cpuCores: '2',
  cpuThreads: '4',
  memSize: '2048',
  reservedMem: '256',
  software_version: '4.5.0',
  operatingSystem: { name: 'Debian', version: '12', release: '11', pretty_name: 'Debian 12' },
  packages2: { libvirt: { version: '9.0.0', release: '4' } },
  selinux: { mode: 'disabled' },
  kdumpStatus: 0,
  numaNodes: {},
  ISCSIInitiatorName: '',
};
const STATS: Partial<HostStats> = { vmActive: 1, vmMigrating: 0, vmCount: 1, thpState: 'always' };

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** @default the administrator's */
  readonly auth?: string | undefined;
}

/** One request over TLS, checked against the CA. */
export function askSecurely(engine: Engine, ca: string, path: string, ask: Ask = {}) {
  const options = { port: engine.httpsPort, ca, servername: FQDN };
  return send(httpsRequest as typeof httpRequest, options, path, {
    auth: `admin@internal:${PASSWORD}`,
    ...ask,
  });
}

/** One request without TLS and without password. */
export function askPlainly(engine: Engine, path: string, ask: Ask = {}): Promise<Reply> {
  return send(httpRequest, { port: engine.httpPort }, path, ask);
}

function send(
  start: typeof httpRequest,
  options: Readonly<Record<string, unknown>>,
  path: string,
  ask: Ask,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = start(
      {
        ...options,
        host: '127.0.0.1',
        path,
        method: ask.method ?? 'GET',
        headers: ask.headers ?? {},
        agent: false,
        ...(ask.auth === undefined ? {} : { auth: ask.auth }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        });
      },
    );
    request.on('error', reject);
    request.end(ask.body);
  });
}

const UNTIL_MS = 20_000;

/** Asks again until `isGood`; rejects after 20 s with the last answer. */
export async function until<T>(look: () => Promise<T>, isGood: (seen: T) => boolean): Promise<T> {
  const clock = createSystemClock();
  const endS = clock.monotonicS() + UNTIL_MS / 1000;
  for (;;) {
    const seen = await look();
    if (isGood(seen)) return seen;
    if (clock.monotonicS() > endS) throw new Error(`still ${JSON.stringify(seen)}`);
    await clock.sleep(20);
  }
}
