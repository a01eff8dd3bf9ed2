// The REST API: authentication, then the resource, then faults in the API's own form.

import { type Log, messageOf } from '@hosted-engine/ports';
import { CHALLENGE, isAdmin } from '../auth/basic.js';
import type { PasswordCheck } from '../auth/password.js';
import type { HostService } from '../hosts/host-service.js';
import { type HttpReply, type HttpRequest, textReply } from '../http/exchange.js';
import type { EventStore } from '../store/event-store.js';
import type { SettingStore } from '../store/setting-store.js';
import { type ApiContext, apiContext } from './api-context.js';
import { getCluster, listClusters, updateCluster } from './clusters.js';
import { type EngineFacts, entryPoint } from './entry-point.js';
import { getEvent, listEvents } from './events-resource.js';
import { addHost, getHost, listHosts, removeHost } from './hosts-resource.js';
import { Fault, faultReply } from './reply.js';

export interface ApiOptions {
  readonly hosts: HostService;
  readonly events: EventStore;
  readonly settings: SettingStore;
  readonly passwords: PasswordCheck;
  readonly facts: EngineFacts;
  readonly wallMs: () => number;
  readonly log: Log;
}

/** Answers every request below the API's path; it never rejects. */
export async function answerApi(request: HttpRequest, options: ApiOptions): Promise<HttpReply> {
  const refusal = await refuseStranger(request, options.passwords);
  if (refusal !== undefined) return refusal;
  let headers: Readonly<Record<string, string>> = {};
  try {
    const context = apiContext(request);
    headers = { 'correlation-id': context.correlationId };
    const reply = await route(request, context, options);
    return { ...reply, headers: { ...reply.headers, ...headers } };
  } catch (error) {
    const reply = faultReply(request, error instanceof Fault ? error : internal(error, options));
    return { ...reply, headers: { ...reply.headers, ...headers } };
  }
}

/** The challenge, unless the request is the administrator's. A page, not a fault: as oVirt does. */
export async function refuseStranger(
  request: HttpRequest,
  passwords: PasswordCheck,
): Promise<HttpReply | undefined> {
  if (await isAdmin(request.header('authorization'), passwords)) return undefined;
  return textReply(
    401,
    'text/html;charset=UTF-8',
    '<!DOCTYPE html><html lang="en"><title>Unauthorized</title><h1>Unauthorized</h1></html>\n',
    { 'www-authenticate': CHALLENGE },
  );
}

function route(
  request: HttpRequest,
  context: ApiContext,
  options: ApiOptions,
): HttpReply | Promise<HttpReply> {
  const [collection, id, ...rest] = context.path === '' ? [] : context.path.split('/');
  const { hosts } = options;
  if (collection === undefined) {
    allow(request, ['GET']);
    return entryPoint(request, context, options.facts, hosts.list(), options.wallMs());
  }
  if (rest.length === 0 && collection === 'hosts') {
    if (id !== undefined) {
      const method = allow(request, ['GET', 'DELETE']);
      return method === 'DELETE'
        ? removeHost(request, hosts, id)
        : getHost(request, context, hosts, id);
    }
    return allow(request, ['GET', 'POST']) === 'POST'
      ? addHost(request, context, hosts)
      : listHosts(request, context, hosts);
  }
  if (rest.length === 0 && collection === 'events') {
    allow(request, ['GET']);
    return id === undefined
      ? listEvents(request, context, options.events)
      : getEvent(request, context, options.events, id);
  }
  if (rest.length === 0 && collection === 'clusters') {
    const { settings } = options;
    if (id === undefined) {
      allow(request, ['GET']);
      return listClusters(request, context, settings);
    }
    return allow(request, ['GET', 'PUT']) === 'PUT'
      ? updateCluster(request, context, settings, id)
      : getCluster(request, context, settings, id);
  }
  throw new Fault(404, `[There is no resource ${context.path}]`);
}

/** The request's method, HEAD counting as GET. Throws Fault 405. */
function allow(request: HttpRequest, methods: readonly string[]): string {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  if (methods.includes(method)) return method;
  throw new Fault(405, `[${request.method} is not allowed here]`, {
    headers: { allow: methods.join(', ') },
  });
}

function internal(error: unknown, options: ApiOptions): Fault {
  options.log.error('a request failed', { problem: messageOf(error) });
  return new Fault(500, '[Internal engine error]');
}
