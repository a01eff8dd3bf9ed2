/**
 * The little of XML that messages between programs use: elements, attributes, text, CDATA and the predefined
 * entities. Comments and processing instructions are skipped; a document type is refused, and so is whatever
 * is not well-formed. Written for XML-RPC: a general parser takes longer to load than a command may run.
 */

export interface PlainElement {
  readonly name: string;
  /** As written; `attributeOf` reads it. */
  readonly attributeText: string;
  readonly children: readonly PlainNode[];
}

export type PlainNode = PlainElement | string;

/** What is wrong with the text, for people. */
export class PlainXmlError extends Error {
  override readonly name = 'PlainXmlError';
}

interface OpenElement {
  readonly name: string;
  readonly attributeText: string;
  readonly children: PlainNode[];
}

const NAME = '[A-Za-z_][\\w.:-]*';
const ATTRIBUTES = `(?:\\s+${NAME}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*`;
/** Skipped things; CDATA's text; a tag's slash, name, attributes and closing slash; text. */
const TOKEN = new RegExp(
  `<\\?[^]*?\\?>|<!--[^]*?-->|<!\\[CDATA\\[([^]*?)\\]\\]>|<(/?)(${NAME})(${ATTRIBUTES})\\s*(/?)>|([^<]+)`,
  'y',
);
const ATTRIBUTE = /(?:[\w.-]+:)?([\w.-]+)\s*=\s*("[^"]*"|'[^']*')/g;
const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};
/** Real messages nest a dozen deep; the bound keeps a hostile one from exhausting the stack of its reader. */
const DEPTH_MAX = 100;

/** The root element. @throws PlainXmlError */
export function parsePlainXml(text: string): PlainElement {
  const token = new RegExp(TOKEN);
  const top: OpenElement = { name: '', attributeText: '', children: [] };
  const open: OpenElement[] = [top];
  for (let at = 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (found === null) throw new PlainXmlError(`not well-formed at character ${at + 1}`);
    take(found, open);
  }
  if (open.length > 1) throw new PlainXmlError(`<${open.at(-1)?.name ?? ''}> is not closed`);
  return rootOf(top.children);
}

function take(found: RegExpExecArray, open: OpenElement[]): void {
  const [, cdata, slash, name, attributeText = '', selfClosing, text] = found;
  const inner = open.at(-1);
  if (inner === undefined) return;
  if (text !== undefined) {
    inner.children.push(withoutEntities(text));
  } else if (cdata !== undefined) {
    inner.children.push(cdata);
  } else if (name !== undefined && slash === '/') {
    if (inner.name !== name || selfClosing === '/') {
      throw new PlainXmlError(`</${name}> closes <${inner.name}>`);
    }
    open.pop();
  } else if (name !== undefined) {
    const element: OpenElement = { name, attributeText, children: [] };
    inner.children.push(element);
    if (selfClosing === '/') return;
    if (open.length > DEPTH_MAX) throw new PlainXmlError('is nested too deeply');
    open.push(element);
  }
}

/** An attribute by its name without prefix, whatever prefix it has. @throws PlainXmlError */
export function attributeOf(element: PlainElement, name: string): string | undefined {
  for (const [, key, quoted = ''] of element.attributeText.matchAll(ATTRIBUTE)) {
    if (key === name) return withoutEntities(quoted.slice(1, -1));
  }
  return undefined;
}

/** One element, and nothing but blanks around it. */
function rootOf(nodes: readonly PlainNode[]): PlainElement {
  const parts = nodes.filter((node) => typeof node !== 'string' || node.trim() !== '');
  const [root] = parts;
  if (root === undefined || typeof root === 'string' || parts.length > 1) {
    throw new PlainXmlError('is not one element');
  }
  return root;
}

/** Line ends are one character each, as for every reader of XML. */
function withoutEntities(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(\w+));|&/g, (whole, decimal, hex, name) => {
      const character = name === undefined ? byNumber(decimal, hex) : ENTITIES[name as string];
      if (character === undefined) throw new PlainXmlError(`${whole} is no entity`);
      return character;
    });
}

function byNumber(decimal: string | undefined, hex: string | undefined): string | undefined {
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
