/**
 * Sets `key = "value"` (or `key = number`) in a file of libvirt's own form, and leaves every other line as
 * it is. The same text comes back when the value is that already.
 */
export function setLibvirtValue(text: string, key: string, value: string | number): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const isSetting = (line: string): boolean => settingOf(line)?.key === key;
  const written = typeof value === 'number' ? String(value) : `"${value}"`;
  // The last one counts for libvirt.
  const current = lines.findLast(isSetting);
  if (current !== undefined && settingOf(current)?.value === written) return text;
  return `${[...lines.filter((line) => !isSetting(line)), `${key} = ${written}`].join('\n')}\n`;
}

/** The text of a setting, without its quotes; undefined when it is not there. */
export function libvirtValue(text: string, key: string): string | undefined {
  const setting = text
    .split('\n')
    .map(settingOf)
    .findLast((found) => found?.key === key);
  return setting?.value?.replaceAll('"', '');
}

function settingOf(line: string): { key: string; value: string | undefined } | undefined {
  const [, key, value] = /^\s*(\w+)\s*=\s*("[^"]*"|\d+)?/.exec(line) ?? [];
  return key === undefined ? undefined : { key, value };
}
