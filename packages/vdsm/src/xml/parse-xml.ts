import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { XmlElement, XmlNode } from './xml-tree.js';

/** Text that is no XML, or XML with features that no domain needs. */
export class XmlError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'XmlError';
  }
}

const NAMED: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

/**
 * The root element. Declaration, processing instructions and what surrounds the root are dropped;
 * a document type, and with it entities of one's own, is refused.
 *
 * @throws XmlError
 */
export function parseXml(text: string): XmlElement {
  if (/<!DOCTYPE/i.test(text)) throw new XmlError('a document type is not allowed');
  const verdict = XMLValidator.validate(text);
  if (verdict !== true) throw new XmlError(`line ${verdict.err.line}: ${verdict.err.msg}`);
  const roots = read(text).filter((node): node is XmlElement => node.kind === 'element');
  const [root, second] = roots;
  if (root === undefined || second !== undefined) {
    throw new XmlError('there must be exactly one root element');
  }
  return root;
}

function read(text: string): XmlNode[] {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    commentPropName: '#comment',
    cdataPropName: '#cdata',
    // The library leaves numeric references as they are; all are resolved here.
    processEntities: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
  });
  try {
    return toNodes(parser.parse(text));
  } catch (cause) {
    throw cause instanceof XmlError
      ? cause
      : new XmlError(cause instanceof Error ? cause.message : 'not readable', { cause });
  }
}

/** The library's form: one object per node, keyed by the name; attributes under ":@". */
function toNodes(parsed: unknown): XmlNode[] {
  if (!Array.isArray(parsed)) return [];
  return parsed.map((item: Readonly<Record<string, unknown>>) => {
    const { ':@': attributes, ...rest } = item;
    const [name, content] = Object.entries(rest)[0] ?? ['', []];
    if (name === '#text') return { kind: 'text', text: decode(String(content)) };
    if (name === '#comment') return { kind: 'comment', text: rawText(content) };
    if (name === '#cdata') return { kind: 'cdata', text: rawText(content) };
    return {
      kind: 'element',
      name,
      attributes: Object.fromEntries(
        Object.entries(Object(attributes)).map(([key, value]) => [key, decode(String(value))]),
      ),
      children: toNodes(content),
    };
  });
}

function rawText(content: unknown): string {
  if (!Array.isArray(content)) return '';
  return content.map((item: Readonly<Record<string, unknown>>) => String(item['#text'])).join('');
}

function decode(text: string): string {
  return text.replace(/&([^;\s]*;?)/g, (reference, body: string) => {
    const name = body.slice(0, -1);
    const numeric = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}));$/.exec(body);
    if (numeric !== null) {
      const code = Number.parseInt(numeric[1] ?? numeric[2] ?? '', numeric[1] ? 16 : 10);
      if (code > 0 && code <= 0x10ffff) return String.fromCodePoint(code);
    }
    const named = body.endsWith(';') && Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
    if (named === undefined) throw new XmlError(`unknown reference ${reference}`);
    return named;
  });
}
