import { formatHostedEngineConf, type HostedEngineConf } from '@hosted-engine/formats';
import { createBrokerClient } from '@hosted-engine/platform/broker-client';
import type { Broker } from '@hosted-engine/ports';
import { HeError } from '@hosted-engine/ports';
import { type HostFiles, PATHS } from '@hosted-engine/setup';
import type { TuiHost } from '@hosted-engine/tui';
import { ReconnectingVdsmClient } from '@hosted-engine/vdsm';
import { readPart } from '../../src/adapters/domain-directory.js';
import type { CleanupArguments, CliContext, DeployArguments } from '../../src/context.js';
import type { Screen } from '../../src/terminal/screen.js';

export const VM_ID = '8b6f3f0a-77c1-4f0e-8a55-6e0b8a1d2c34';
const UUID = '00000000-0000-4000-8000-00000000000';

export const CONF: HostedEngineConf = {
  fqdn: 'engine.lab.test',
  vmId: VM_ID,
  engineDisk: { imageId: `${UUID}1`, volumeId: `${UUID}2` },
  lockspace: { imageId: `${UUID}3`, volumeId: `${UUID}4` },
  metadata: { imageId: `${UUID}5`, volumeId: `${UUID}6` },
  configuration: { imageId: `${UUID}7`, volumeId: `${UUID}8` },
  storage: 'nas.lab.test:/exports/he',
  domainType: 'nfs',
  mntOptions: undefined,
  vfsType: undefined,
  nfsVersion: 'auto',
  sdUuid: `${UUID}9`,
  spUuid: '00000000-0000-0000-0000-000000000000',
  connectionUuid: `${UUID}a`,
  hostId: 2,
  vmConfPath: PATHS.vmConf,
  gateway: '10.88.1.1',
  bridge: 'ovirtmgmt',
  console: 'vnc',
  vdsmUseSsl: true,
  networkTest: 'ping',
  tcpTestAddress: undefined,
  tcpTestPort: undefined,
  networkTestTargets: undefined,
  networkTestRequired: undefined,
  serviceStartTimeS: undefined,
};

export const VM_CONF = [
  `vmId=${VM_ID}`,
  'vmName=HostedEngine',
  'memSize=1024',
  'smp=1',
  'emulatedMachine=pc',
  'display=vnc',
  '',
].join('\n');

export interface TestCli {
  readonly context: CliContext;
  readonly files: Map<string, string>;
  readonly deployed: DeployArguments[];
  readonly cleaned: CleanupArguments[];
  /** Programs that got the terminal. */
  readonly attached: readonly string[];
  /** Standard output and error, as far as they were written. */
  out(): string;
  err(): string;
}

export interface TestCliOptions {
  /** A loopback port of a host daemon without TLS. */
  readonly hostdPort?: number;
  readonly brokerSocket?: string;
  readonly health?: Awaited<ReturnType<CliContext['engineHealth']>>;
  readonly isDeployed?: boolean;
  readonly screen?: Screen;
  readonly env?: Readonly<Record<string, string>>;
  /** What a person types unseen; undefined: there is no terminal. */
  readonly typed?: string;
  readonly signal?: AbortSignal;
  readonly outputGone?: AbortSignal;
  /** What a person does in the text UI; undefined: there is no terminal. */
  readonly useTui?: (host: TuiHost) => Promise<void>;
}

/** The CLI on a deployed host with id 2, over whatever servers a test has started. */
export function testCli(options: TestCliOptions = {}): TestCli {
  const written = { out: '', err: '' };
  const files = new Map<string, string>();
  if (options.isDeployed !== false) {
    files.set(PATHS.hostedEngineConf, formatHostedEngineConf(CONF));
    files.set(PATHS.vmConf, VM_CONF);
  }
  const deployed: DeployArguments[] = [];
  const cleaned: CleanupArguments[] = [];
  const attached: string[] = [];
  let nowS = 0;
  const clock = {
    monotonicS: () => nowS,
    wallMs: () => nowS * 1000,
    sleep: async (ms: number) => {
      nowS += ms / 1000;
    },
  };
  const context: CliContext = {
    write: (text) => {
      written.out += text;
    },
    writeError: (text) => {
      written.err += text;
    },
    files: mapFiles(files),
    broker: broker(options.brokerSocket),
    clock,
    env: options.env ?? {},
    signal: options.signal ?? new AbortController().signal,
    outputGone: options.outputGone ?? new AbortController().signal,
    screen: async () => options.screen,
    readSecret: async () => options.typed,
    runAttached: async (program, args) => {
      attached.push([program, ...args].join(' '));
      return 0;
    },
    connectHostd: async () => {
      if (options.hostdPort === undefined) {
        throw new HeError('HE_HOSTD_UNREACHABLE', 'connection refused');
      }
      const address = { host: '127.0.0.1', port: options.hostdPort, tls: undefined };
      return new ReconnectingVdsmClient(address, clock, { retries: 0 });
    },
    readWhiteboard: (path) => readPart(path, 0, 2001 * 4096),
    engineHealth: async () => options.health ?? { kind: 'unreachable', why: 'connection refused' },
    hostname: () => 'host2.lab.test',
    showTui: async (host) => {
      if (options.useTui === undefined) return false;
      await options.useTui(host);
      return true;
    },
    cleanUp: async (cleanupArguments) => {
      cleaned.push(cleanupArguments);
      return 0;
    },
    deploy: async (deployArguments) => {
      deployed.push(deployArguments);
      return 0;
    },
  };
  const streams = { out: () => written.out, err: () => written.err };
  return { context, files, deployed, cleaned, attached, ...streams };
}

function broker(socketPath = '/nonexistent/broker.socket'): Broker {
  return createBrokerClient(socketPath);
}

function mapFiles(files: Map<string, string>): Pick<HostFiles, 'read' | 'modeOf' | 'write'> {
  return {
    read: async (path) => {
      const text = files.get(path);
      return text === undefined ? undefined : new TextEncoder().encode(text);
    },
    modeOf: async (path) => (files.has(path) ? 0o644 : undefined),
    write: async (path, bytes) => {
      files.set(path, new TextDecoder().decode(bytes));
    },
  };
}
