import type { MountEntry } from '@hosted-engine/ports';

/**
 * /proc/self/mountinfo: "id parent major:minor root target options [optional…] - type source …".
 * Blanks, tabs, newlines and backslashes in names are octal escapes. `text` is latin1, one
 * character a byte, and names come out as UTF-8.
 */
export function parseMountInfo(text: string): readonly MountEntry[] {
  const entries: MountEntry[] = [];
  for (const line of text.split('\n')) {
    const [before, after] = splitOnce(line, ' - ');
    const target = before.split(' ')[4];
    const [type, source] = after.split(' ');
    if (target === undefined || type === undefined || source === undefined) continue;
    entries.push({ source: unescapeName(source), target: unescapeName(target), type });
  }
  return entries;
}

function splitOnce(line: string, separator: string): readonly [string, string] {
  const at = line.indexOf(separator);
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + separator.length)];
}

function unescapeName(name: string): string {
  const bytes = name.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
