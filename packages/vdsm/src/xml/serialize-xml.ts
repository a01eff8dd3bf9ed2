import type { XmlElement, XmlNode } from './xml-tree.js';

const TEXT: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };
const ATTRIBUTE: Readonly<Record<string, string>> = {
  ...TEXT,
  "'": '&apos;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** The tree as it is: not a blank more or less. */
export function serializeXml(node: XmlNode): string {
  switch (node.kind) {
    case 'text':
      return node.text.replace(/[<>&]/g, (char) => TEXT[char] ?? char).replaceAll('\r', '&#13;');
    case 'comment':
      return `<!--${node.text}-->`;
    case 'cdata':
      return `<![CDATA[${node.text}]]>`;
    case 'element': {
      const inner = node.children.map(serializeXml).join('');
      return inner === '' ? `<${opening(node)}/>` : `<${opening(node)}>${inner}</${node.name}>`;
    }
  }
}

/** For trees built here, which hold no white space of their own: one element per line, indented. */
export function formatXml(root: XmlElement, depth = 0): string {
  const indent = '  '.repeat(depth);
  const isBlock = root.children.length > 0 && root.children.every(({ kind }) => kind === 'element');
  if (!isBlock) return `${indent}${serializeXml(root)}\n`;
  const inner = root.children.map((child) =>
    child.kind === 'element' ? formatXml(child, depth + 1) : serializeXml(child),
  );
  return `${indent}<${opening(root)}>\n${inner.join('')}${indent}</${root.name}>\n`;
}

function opening({ name, attributes }: XmlElement): string {
  const pairs = Object.entries(attributes).map(
    ([key, value]) => ` ${key}='${value.replace(/[<>&'"\n\r\t]/g, (c) => ATTRIBUTE[c] ?? c)}'`,
  );
  return `${name}${pairs.join('')}`;
}
