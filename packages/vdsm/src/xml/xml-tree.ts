/** XML as a tree that keeps order, white space, comments and CDATA. */

export interface XmlElement {
  readonly kind: 'element';
  readonly name: string;
  attributes: Readonly<Record<string, string>>;
  children: readonly XmlNode[];
}

export interface XmlText {
  readonly kind: 'text' | 'comment' | 'cdata';
  readonly text: string;
}

export type XmlNode = XmlElement | XmlText;

/** Builds an element; attributes and children that are undefined are left out, text becomes a node. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>> = {},
  children: readonly (XmlNode | string | undefined)[] = [],
): XmlElement {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)] as const],
  );
  return {
    kind: 'element',
    name,
    attributes: Object.fromEntries(given),
    children: children.flatMap((child) => {
      if (child === undefined) return [];
      return typeof child === 'string' ? [{ kind: 'text' as const, text: child }] : [child];
    }),
  };
}

/** The child elements, of one name or of any. */
export function elementsOf(parent: XmlElement, name?: string): XmlElement[] {
  return parent.children.filter(
    (child): child is XmlElement =>
      child.kind === 'element' && (name === undefined || child.name === name),
  );
}

/** The first element down a path of child names. */
export function elementAt(parent: XmlElement, ...path: readonly string[]): XmlElement | undefined {
  let at: XmlElement | undefined = parent;
  for (const name of path) at = at === undefined ? undefined : elementsOf(at, name)[0];
  return at;
}

/** All text directly in an element, trimmed. */
export function textOf(parent: XmlElement | undefined): string {
  const parts = parent?.children.map((child) =>
    child.kind === 'text' || child.kind === 'cdata' ? child.text : '',
  );
  return parts?.join('').trim() ?? '';
}

export function removeChildren(parent: XmlElement, names: readonly string[]): void {
  parent.children = parent.children.filter(
    (child) => child.kind !== 'element' || !names.includes(child.name),
  );
}
