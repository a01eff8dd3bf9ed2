// The engine as a whole, from its parts to its two listeners. The plain one opens first, because the
// HA daemons wait for the health page; certificates may take a second longer on an emulated CPU.

import { randomUUID } from 'node:crypto';
import { type Clock, type Log, messageOf } from '@hosted-engine/ports';
import { createPasswordCheck } from './auth/password.js';
import type { EngineConfig } from './config.js';
import { EVENT_CODE } from './hosts/host-events.js';
import type { ConnectHost } from './hosts/host-monitor.js';
import { createHostService } from './hosts/host-service.js';
import { type HttpListener, listen } from './http/listener.js';
import { createRoutes } from './http/routes.js';
import type { EnginePki } from './pki/engine-pki.js';
import { createDatabase, type DatabaseOptions } from './store/database.js';
import { createEventStore, type EventStore } from './store/event-store.js';
import { createHostStore } from './store/host-store.js';
import { createSettingStore } from './store/setting-store.js';

export interface EngineOptions {
  readonly config: EngineConfig;
  readonly version: string;
  readonly database: DatabaseOptions;
  /** Opens the certificates; called once, after the plain listener is open. */
  readonly openPki: () => Promise<EnginePki>;
  /** Makes the way to talk to hosts, once the certificates are there. */
  readonly connectWith: (pki: EnginePki) => ConnectHost;
  readonly clock: Clock;
  readonly log: Log;
  /** @default all addresses of both families */
  readonly host?: string;
  /** Where the plain listener is behind another server. @default host */
  readonly httpHost?: string | undefined;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly statsEveryMs?: number;
}

export interface Engine {
  readonly httpPort: number;
  readonly httpsPort: number;
  close(): Promise<void>;
}

/** Resolves when both listeners are open. Rejects when one cannot be, with nothing left open. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { clock, config, log } = options;
  const database = createDatabase(options.database);
  const opened = deferred<EnginePki>();
  // Whoever awaits it sees the error; when nobody does, it is thrown below all the same.
  opened.promise.catch(() => undefined);
  const events = createEventStore(database);
  const hosts = createHostService({
    events,
    store: createHostStore(database),
    connect: async (host, signal) => options.connectWith(await opened.promise)(host, signal),
    clock,
    log,
    newId: randomUUID,
    ...(options.statsEveryMs === undefined ? {} : { statsEveryMs: options.statsEveryMs }),
  });
  const handler = createRoutes({
    fqdn: config.fqdn,
    instanceId: config.instanceId,
    version: options.version,
    database,
    events,
    settings: createSettingStore(database),
    hosts,
    passwords: createPasswordCheck(config.adminVerifier),
    pki: opened.promise,
    wallMs: () => clock.wallMs(),
    log,
  });
  const listeners: HttpListener[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener.close()));
    await hosts.close();
    database.close();
  };
  try {
    const { host, httpHost = host, httpPort, httpsPort } = options;
    const plain = await listen({ handler, host: httpHost, port: httpPort });
    listeners.push(plain);
    log.info('serving http', { port: plain.port, database: database.isUp() ? 'up' : 'down' });
    const pki = await options.openPki();
    opened.resolve(pki);
    recordStart(events, options);
    hosts.start();
    const secure = await listen({ handler, host, port: httpsPort, tls: pki.server });
    listeners.push(secure);
    log.info('serving https', { port: secure.port });
    return { httpPort: plain.port, httpsPort: secure.port, close };
  } catch (error) {
    opened.reject(error);
    await close();
    log.error('the engine cannot start', { problem: messageOf(error) });
    throw error;
  }
}

/** Clients take the last event for a bookmark: there is always one (oVirt's Ansible modules fail without). */
function recordStart(events: EventStore, { clock, version, log }: EngineOptions): void {
  try {
    events.add({
      timeMs: clock.wallMs(),
      severity: 'normal',
      code: EVENT_CODE.engineStarted,
      description: `The engine has started (version ${version})`,
      host: undefined,
    });
  } catch (error) {
    log.error('cannot record the start', { problem: messageOf(error) });
  }
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (why: unknown) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (why: unknown) => void = () => undefined;
  const promise = new Promise<T>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  return { promise, resolve, reject };
}
