// Which part of the engine answers which path, and what may come without TLS.

import { type Log, messageOf } from '@hosted-engine/ports';
import { answerApi, refuseStranger } from '../api/api.js';
import { isApiPath } from '../api/api-context.js';
import type { PasswordCheck } from '../auth/password.js';
import type { HostService } from '../hosts/host-service.js';
import type { EnginePki } from '../pki/engine-pki.js';
import { EVENTS_PAGE_PATH, eventsPage } from '../services/events-page.js';
import { health, isHealthPath } from '../services/health.js';
import { HOST_ENROLL_PATH, hostEnroll } from '../services/host-enroll.js';
import { isPkiResourcePath, pkiResource } from '../services/pki-resource.js';
import { isWelcomePath, welcome } from '../services/welcome.js';
import type { EngineDatabase } from '../store/database.js';
import type { EventStore } from '../store/event-store.js';
import type { SettingStore } from '../store/setting-store.js';
import { type Handler, type HttpReply, type HttpRequest, textReply } from './exchange.js';

export interface EngineParts {
  readonly fqdn: string;
  readonly instanceId: string;
  readonly version: string;
  readonly database: EngineDatabase;
  readonly hosts: HostService;
  readonly events: EventStore;
  readonly settings: SettingStore;
  readonly passwords: PasswordCheck;
  /** Resolves once the certificates are there; they may be made while health is served already. */
  readonly pki: Promise<EnginePki>;
  readonly wallMs: () => number;
  readonly log: Log;
}

/** The engine's one entrance. The returned handler never rejects. */
export function createRoutes(parts: EngineParts): Handler {
  return async (request) => {
    try {
      return await route(request, parts);
    } catch (error) {
      parts.log.error('a request failed', { path: request.path, problem: messageOf(error) });
      return textReply(500, 'text/plain;charset=UTF-8', 'Internal engine error\n');
    }
  };
}

async function route(request: HttpRequest, parts: EngineParts): Promise<HttpReply> {
  const { path } = request;
  const { fqdn, hosts, events, settings, passwords, log, wallMs } = parts;
  if (isHealthPath(path)) return health(parts.database);
  if (isPkiResourcePath(path)) return pkiResource(request, await parts.pki);
  if (isWelcomePath(path)) return welcome(fqdn, knownHosts(parts), wallMs());
  const isApi = isApiPath(path);
  if (!isApi && path !== HOST_ENROLL_PATH && path !== EVENTS_PAGE_PATH) {
    return textReply(404, 'text/plain;charset=UTF-8', 'Not found\n');
  }
  if (!request.isSecure) return toSecure(request, fqdn);
  if (path === EVENTS_PAGE_PATH) {
    return (await refuseStranger(request, passwords)) ?? eventsPage(fqdn, events.list());
  }
  if (!isApi) return hostEnroll(request, await parts.pki, passwords, log);
  const facts = { instanceId: parts.instanceId, version: parts.version };
  return answerApi(request, { hosts, events, settings, passwords, facts, wallMs, log });
}

/** Passwords do not travel in the clear: the client is sent to the same path over TLS. */
function toSecure(request: HttpRequest, fqdn: string): HttpReply {
  const query = new URLSearchParams([...request.parameters]).toString();
  const location = `https://${fqdn}${encodeURI(request.path)}${query === '' ? '' : `?${query}`}`;
  return textReply(308, 'text/plain;charset=UTF-8', 'Use https\n', { location });
}

function knownHosts(parts: EngineParts): ReturnType<HostService['list']> | undefined {
  try {
    return parts.hosts.list();
  } catch (error) {
    parts.log.error('cannot read the hosts', { problem: messageOf(error) });
    return undefined;
  }
}
