// oVirt's JSON: the root name disappears, integers and booleans are texts, dates are epoch
// milliseconds, a collection is an object with one array under the item's name.

import type { Document, Entity, Value } from './entity.js';
import { isPresent } from './xml-writer.js';

type Json = string | number | readonly Json[] | { readonly [key: string]: Json };

/** The document as indented JSON. */
export function writeJson(document: Document): string {
  return `${JSON.stringify(rootOf(document), undefined, 2)}\n`;
}

function rootOf(document: Document): Json {
  if (document.kind === 'entity') return entityJson(document.entity);
  if (document.entities.length === 0) return {};
  return { [document.item]: document.entities.map(entityJson) };
}

function entityJson(entity: Entity): Json {
  const json: Record<string, Json> = {};
  if (entity.actions !== undefined && entity.actions.length > 0) {
    json['actions'] = { link: entity.actions.map(({ href, rel }) => ({ href, rel })) };
  }
  for (const [member, value] of Object.entries(entity.members)) {
    if (isPresent(value)) json[member] = valueJson(value);
  }
  if (entity.links !== undefined && entity.links.length > 0) {
    json['link'] = entity.links.map(({ href, rel }) => ({ href, rel }));
  }
  if (entity.href !== undefined) json['href'] = entity.href;
  if (entity.id !== undefined) json['id'] = entity.id;
  return json;
}

function valueJson(value: Value): Json {
  if (typeof value !== 'object') return String(value);
  switch (value.kind) {
    case 'decimal':
      return value.value;
    case 'date':
      return value.epochMs;
    case 'list':
      return { [value.item]: value.items.map(valueJson) };
    case 'entity':
      return entityJson(value);
  }
}
