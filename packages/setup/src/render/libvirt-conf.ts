/**
 * Sets `key = "value"` in a file of libvirt's own form, and leaves every other line as it is. The
 * same text comes back when the value is that already.
 */
export function setLibvirtValue(text: string, key: string, value: string): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const isSetting = (line: string): boolean => settingOf(line)?.key === key;
  // The last one counts for libvirt.
  const current = lines.findLast(isSetting);
  if (current !== undefined && settingOf(current)?.value === value) return text;
  return `${[...lines.filter((line) => !isSetting(line)), `${key} = "${value}"`].join('\n')}\n`;
}

function settingOf(line: string): { key: string; value: string | undefined } | undefined {
  const [, key, quoted] = /^\s*(\w+)\s*=\s*(?:"([^"]*)")?/.exec(line) ?? [];
  return key === undefined ? undefined : { key, value: quoted };
}
