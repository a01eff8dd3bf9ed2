// The values of hosted-engine.conf, which shell scripts source.

const BARE = /^[A-Za-z0-9_@%+=:,./[\]-]*$/;

/** The value quoted so that a shell which sources the line gets it unchanged. */
export function quoteShellWord(value: string): string {
  if (BARE.test(value)) return value;
  return `"${value.replace(/["\\$`]/g, '\\$&')}"`;
}

/**
 * The value that a shell would assign: quotes removed, a comment behind it dropped. Nothing is
 * expanded. A text with bare blanks, which a shell would not take for one word, is kept whole: old
 * versions wrote such values.
 */
export function unquoteShellWord(text: string): string {
  const trimmed = text.trim();
  let value = '';
  let rest = trimmed;
  while (rest !== '') {
    const part = PART.exec(rest);
    if (part === null) return /^\s+#/.test(rest) ? value : trimmed;
    const [whole, single, double, escaped, bare] = part;
    value += single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? bare ?? '';
    rest = rest.slice(whole.length);
  }
  return value;
}

/** One of: '…', "…", \x, or a run of ordinary characters. */
const PART = /^(?:'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+))/;
