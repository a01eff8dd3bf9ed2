/** As much of YAML as a cloud-init document needs. */
export type YamlValue = string | number | boolean | readonly string[] | YamlMap;
export interface YamlMap {
  readonly [key: string]: YamlValue;
}

/** Writes a mapping: texts of several lines as literal blocks, other texts in double quotes. */
export function stringify(map: YamlMap): string {
  return `${mapLines(map, '').join('\n')}\n`;
}

function mapLines(map: YamlMap, indent: string): string[] {
  return Object.entries(map).flatMap(([key, value]) => entryLines(key, value, indent));
}

function entryLines(key: string, value: YamlValue, indent: string): string[] {
  const name = `${indent}${key}:`;
  if (typeof value === 'string') return textLines(name, value, indent);
  if (typeof value === 'number' || typeof value === 'boolean') return [`${name} ${value}`];
  if (isList(value)) return [`${name} [${value.map(quote).join(', ')}]`];
  return [name, ...mapLines(value, `${indent}  `)];
}

function isList(value: readonly string[] | YamlMap): value is readonly string[] {
  return Array.isArray(value);
}

function textLines(name: string, text: string, indent: string): string[] {
  // A literal block ends with exactly one newline; anything else has to be quoted.
  if (!/^\S[^\n]*\n([^\n]+\n)*$/.test(text)) return [`${name} ${quote(text)}`];
  return [
    `${name} |`,
    ...text
      .slice(0, -1)
      .split('\n')
      .map((line) => `${indent}  ${line}`),
  ];
}

/** A JSON string is a YAML double-quoted scalar. */
function quote(text: string): string {
  return JSON.stringify(text);
}
