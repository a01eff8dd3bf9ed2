// The managed hosts: their records, and one monitor for each.

import { isIP } from 'node:net';
import type { Clock, Log } from '@hosted-engine/ports';
import { messageOf } from '@hosted-engine/ports';
import type { EventStore, NewEvent } from '../store/event-store.js';
import type { HostRecord, HostStore } from '../store/host-store.js';
import { EVENT_CODE, eventOf } from './host-events.js';
import { type ConnectHost, type HostMonitor, startHostMonitor } from './host-monitor.js';
import { type HostState, type HostStatus, initialState } from './host-state.js';

export interface ManagedHost {
  readonly record: HostRecord;
  readonly state: HostState;
}

export interface NewHost {
  readonly name: string;
  readonly comment: string;
  readonly address: string;
  readonly port: number;
  readonly sshPort: number;
}

export type AddHostOutcome =
  | { readonly kind: 'added'; readonly host: ManagedHost }
  | { readonly kind: 'invalid'; readonly why: string }
  | { readonly kind: 'conflict'; readonly why: string };

/** Methods throw what the store throws. */
export interface HostService {
  /** Begins to talk to all known hosts. Tries again by itself while the database is down. */
  start(): void;
  list(): ManagedHost[];
  get(id: string): ManagedHost | undefined;
  add(host: NewHost): AddHostOutcome;
  /** Forgets the host; the host itself is left as it is. */
  remove(id: string): Promise<void>;
  close(): Promise<void>;
}

export interface HostServiceOptions {
  readonly store: HostStore;
  readonly events: EventStore;
  readonly connect: ConnectHost;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  readonly statsEveryMs?: number;
}

const RELOAD_MS = 2_000;

/** Nothing is read or connected before `start`. */
export function createHostService(options: HostServiceOptions): HostService {
  const { store, clock, log } = options;
  const monitors = new Map<string, HostMonitor>();
  const closing = new AbortController();
  let starting: Promise<void> = Promise.resolve();

  const tell = (record: HostRecord, event: Pick<NewEvent, 'severity' | 'code' | 'description'>) => {
    try {
      options.events.add({ ...event, timeMs: clock.wallMs(), host: record });
    } catch (error) {
      log.error('cannot record an event', { ...event, problem: messageOf(error) });
    }
  };
  const watch = (record: HostRecord): void => {
    let told: HostStatus | undefined = record.isInstalled ? undefined : 'installing';
    const onState = (state: HostState): void => {
      const event = eventOf(record.name, told, state);
      if (event === undefined) return;
      told = state.status;
      tell(record, event);
    };
    const onUp = (): void => {
      try {
        store.markInstalled(record.id);
      } catch (error) {
        log.error('cannot record the host as installed', { problem: messageOf(error) });
      }
    };
    const { connect, statsEveryMs } = options;
    const monitor = startHostMonitor(record, {
      ...{ connect, clock, log, onUp, onState },
      ...(statsEveryMs === undefined ? {} : { statsEveryMs }),
    });
    monitors.set(record.id, monitor);
  };
  const managed = (record: HostRecord): ManagedHost => ({
    record,
    state: monitors.get(record.id)?.state() ?? initialState(record.isInstalled),
  });
  const load = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        for (const record of store.list()) if (!monitors.has(record.id)) watch(record);
        return;
      } catch (error) {
        log.error('cannot read the hosts', { problem: messageOf(error) });
        await clock.sleep(RELOAD_MS, closing.signal);
      }
    }
  };

  return {
    start() {
      starting = load();
    },
    list: () => store.list().map(managed),
    get(id) {
      const record = store.get(id);
      return record === undefined ? undefined : managed(record);
    },
    add(host) {
      const why = problemOf(host);
      if (why !== undefined) return { kind: 'invalid', why };
      const record = {
        ...host,
        id: options.newId(),
        createdMs: clock.wallMs(),
        isInstalled: false,
      };
      const outcome = store.add(record);
      if (outcome.kind !== 'added') return { kind: 'conflict', why: CONFLICTS[outcome.kind] };
      tell(record, {
        severity: 'normal',
        code: EVENT_CODE.hostAdded,
        description: `Host ${record.name} (${record.address}) was added by the administrator`,
      });
      watch(record);
      return { kind: 'added', host: managed(record) };
    },
    async remove(id) {
      const record = store.get(id);
      if (store.remove(id) && record !== undefined) {
        tell(record, {
          severity: 'normal',
          code: EVENT_CODE.hostRemoved,
          description: `Host ${record.name} was removed by the administrator`,
        });
      }
      const monitor = monitors.get(id);
      monitors.delete(id);
      await monitor?.close();
    },
    async close() {
      closing.abort();
      await starting;
      await Promise.all([...monitors.values()].map((monitor) => monitor.close()));
    },
  };
}

const CONFLICTS = {
  'name-in-use': 'Cannot add Host. The Host name is already in use',
  'address-in-use': 'Cannot add Host. The Host address is already in use',
} as const;

function problemOf(host: NewHost): string | undefined {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/.test(host.name)) {
    return 'Cannot add Host. The name may have letters, digits, dot, hyphen and underscore only';
  }
  if (!isAddress(host.address)) {
    return 'Cannot add Host. The address is neither a host name nor an IP address';
  }
  for (const port of [host.port, host.sshPort]) {
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      return 'Cannot add Host. A port is a number from 1 to 65535';
    }
  }
  if (host.comment.length > 4000) return 'Cannot add Host. The comment is too long';
  return undefined;
}

/** A host name (RFC 1123) or an IP address. */
export function isAddress(text: string): boolean {
  if (isIP(text) !== 0) return true;
  if (text.length > 253 || /^[\d.]+$/.test(text)) return false;
  return /^(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*$/.test(text);
}
