import type { Document, Entity, Link, Value } from './entity.js';

/** The document as XML, indented as oVirt does. */
export function writeXml(document: Document): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'];
  if (document.kind === 'entity') {
    element(lines, 0, document.name, document.entity);
  } else if (document.entities.length === 0) {
    lines.push(`<${document.name}/>`);
  } else {
    lines.push(`<${document.name}>`);
    for (const entity of document.entities) element(lines, 1, document.item, entity);
    lines.push(`</${document.name}>`);
  }
  return `${lines.join('\n')}\n`;
}

function element(lines: string[], depth: number, name: string, value: Value): void {
  const indent = '    '.repeat(depth);
  if (typeof value !== 'object') {
    lines.push(`${indent}<${name}>${escapeXml(String(value))}</${name}>`);
    return;
  }
  switch (value.kind) {
    case 'decimal':
      lines.push(`${indent}<${name}>${value.value}</${name}>`);
      return;
    case 'date':
      lines.push(`${indent}<${name}>${dateText(value.epochMs)}</${name}>`);
      return;
    case 'list':
      lines.push(`${indent}<${name}>`);
      for (const item of value.items) element(lines, depth + 1, value.item, item);
      lines.push(`${indent}</${name}>`);
      return;
    case 'entity':
      entityElement(lines, depth, name, value);
  }
}

function entityElement(lines: string[], depth: number, name: string, entity: Entity): void {
  const indent = '    '.repeat(depth);
  const attributes = [
    entity.href === undefined ? '' : ` href="${escapeXml(entity.href)}"`,
    entity.id === undefined ? '' : ` id="${escapeXml(entity.id)}"`,
  ].join('');
  const inner: string[] = [];
  if (entity.actions !== undefined && entity.actions.length > 0) {
    inner.push(`${indent}    <actions>`);
    for (const action of entity.actions) inner.push(`${indent}        ${linkElement(action)}`);
    inner.push(`${indent}    </actions>`);
  }
  for (const link of entity.links ?? []) inner.push(`${indent}    ${linkElement(link)}`);
  for (const [member, value] of Object.entries(entity.members)) {
    if (isPresent(value)) element(inner, depth + 1, member, value);
  }
  if (inner.length === 0) lines.push(`${indent}<${name}${attributes}/>`);
  else lines.push(`${indent}<${name}${attributes}>`, ...inner, `${indent}</${name}>`);
}

function linkElement(link: Link): string {
  return `<link href="${escapeXml(link.href)}" rel="${escapeXml(link.rel)}"/>`;
}

/** Whether a member appears at all: absent values and empty texts and lists do not. */
export function isPresent(value: Value | undefined): value is Value {
  if (value === undefined || value === '') return false;
  return !(typeof value === 'object' && value.kind === 'list' && value.items.length === 0);
}

function dateText(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '+00:00');
}

/** Text for element content and attributes; characters that XML cannot hold become U+FFFD. */
export function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 forbids.
      .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}
