// The collection `events` and its members, the newest first.

import type { HttpReply, HttpRequest } from '../http/exchange.js';
import { type EventRecord, type EventStore, SEVERITIES } from '../store/event-store.js';
import type { ApiContext } from './api-context.js';
import { type Entity, group } from './entity.js';
import { documentReply, Fault } from './reply.js';
import { applySearch, parseSearch } from './search.js';

/** `name` is the host's: clients write `host.name`. */
const FIELDS = ['name', 'severity', 'time', 'description'];
const SCALES = { severity: SEVERITIES };
/** What oVirt gives events that no other system reported. */
const NO_CUSTOM_ID = -1;
/** Seconds for which oVirt holds back an equal event of another system. */
const FLOOD_RATE_S = 30;

/** GET events; the parameter `from` is the id of the last event that the client knows. */
export function listEvents(
  request: HttpRequest,
  context: ApiContext,
  events: EventStore,
): HttpReply {
  const search = parseSearch(context.search, FIELDS, SCALES);
  const known = events.list(idOf(request.parameters.get('from') ?? '0', 400));
  const found = applySearch(search, known, fieldOf, context.isCaseSensitive, SCALES);
  const shown = context.max === undefined ? found : found.slice(0, context.max);
  return documentReply(request, 200, {
    kind: 'collection',
    name: 'events',
    item: 'event',
    entities: shown.map((event) => eventEntity(event, context.base)),
  });
}

/** GET events/{id} */
export function getEvent(
  request: HttpRequest,
  context: ApiContext,
  events: EventStore,
  id: string,
): HttpReply {
  const event = events.get(idOf(id, 404));
  if (event === undefined) throw new Fault(404, `[There is no event with id ${id}]`);
  const entity = eventEntity(event, context.base);
  return documentReply(request, 200, { kind: 'entity', name: 'event', entity });
}

function idOf(text: string, status: number): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Fault(status, `[The id of an event is a whole number: ${text}]`);
}

function eventEntity(event: EventRecord, base: string): Entity {
  const { id, host } = event;
  return {
    kind: 'entity',
    id: String(id),
    href: `${base}/events/${id}`,
    members: {
      code: event.code,
      custom_id: NO_CUSTOM_ID,
      description: event.description,
      flood_rate: FLOOD_RATE_S,
      host:
        host === undefined
          ? undefined
          : { ...group({ name: host.name }), id: host.id, href: `${base}/hosts/${host.id}` },
      index: id,
      origin: 'oVirt',
      severity: event.severity,
      time: { kind: 'date', epochMs: event.timeMs },
    },
  };
}

function fieldOf(event: EventRecord, field: string): string {
  switch (field) {
    case 'name':
      return event.host?.name ?? '';
    case 'severity':
      return event.severity;
    case 'time':
      return new Date(event.timeMs).toISOString();
    default:
      return event.description;
  }
}
