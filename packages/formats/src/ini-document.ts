import { FormatError } from './format-error.js';
import { type IniOption, type IniScan, scanIni } from './ini-scan.js';

/**
 * An INI file of the Python kind (broker.conf, agent.conf, vdsm.conf) that can be changed without
 * losing its comments, order or unknown keys. Immutable: a change gives a new document. Option names
 * are compared without case, section names with it, and the last of several equal ones counts.
 */
export class IniDocument {
  readonly #file: string;
  readonly #scan: IniScan;

  private constructor(text: string, file: string) {
    this.#file = file;
    this.#scan = scanIni(text, file);
  }

  /** Throws FormatError, naming `file` and the lines that cannot be read. */
  static parse(text: string, file: string): IniDocument {
    return new IniDocument(text, file);
  }

  get sections(): readonly string[] {
    return [...new Set(this.#scan.sections.map((section) => section.name))];
  }

  /** The values of a section by lower-case option name; empty when there is no such section. */
  section(name: string): ReadonlyMap<string, string> {
    const inSection = this.#scan.options.filter((option) => option.section === name);
    return new Map(inSection.map((option) => [option.key.toLowerCase(), option.value]));
  }

  get(section: string, key: string): string | undefined {
    return this.#find(section, key)?.value;
  }

  /** Replaces the value where it stands; else adds it at the end of its section, or a new section. */
  with(section: string, key: string, value: string): IniDocument {
    this.#checkWritable(section, key, value);
    const lines = [...this.#scan.lines];
    const old = this.#find(section, key);
    if (old !== undefined) {
      const written = optionLines(old.key, value, delimiterOf(lines[old.firstLine] ?? ''));
      lines.splice(old.firstLine, old.lastLine - old.firstLine + 1, ...written);
    } else if (this.#scan.sections.some(({ name }) => name === section)) {
      lines.splice(this.#endOf(section), 0, ...optionLines(key, value, ' = '));
    } else {
      if (lines.length > 0) lines.push('');
      lines.push(`[${section}]`, ...optionLines(key, value, ' = '));
    }
    return new IniDocument(lines.join('\n'), this.#file);
  }

  toString(): string {
    return this.#scan.lines.map((line) => `${line}\n`).join('');
  }

  #find(section: string, key: string): IniOption | undefined {
    const wanted = key.toLowerCase();
    return this.#scan.options.findLast((option) => {
      return option.section === section && option.key.toLowerCase() === wanted;
    });
  }

  /** Index behind the last line of a section that says something. */
  #endOf(section: string): number {
    const header = this.#scan.sections.findLast(({ name }) => name === section)?.line ?? 0;
    const next = this.#scan.sections.find(({ line }) => line > header)?.line;
    let end = next ?? this.#scan.lines.length;
    while (end > header + 1 && (this.#scan.lines[end - 1] ?? '').trim() === '') end--;
    return end;
  }

  #checkWritable(section: string, key: string, value: string): void {
    const bad = (what: string): FormatError => new FormatError(this.#file, [{ key, what }]);
    if (section === '' || /[\]\r\n]/.test(section)) throw bad(`no section may be called this`);
    if (!/^[^\s=:#;[][^=:\r\n]*$/.test(key) || key !== key.trim()) throw bad('is no option name');
    const lines = value.split('\n');
    const isLost = (line: string): boolean => line !== line.trim() || COMMENT.test(line);
    if (lines.slice(1).some(isLost) || value !== value.trim() || value.includes('\r')) {
      throw bad('the value would not be read back as it is');
    }
  }
}

const COMMENT = /^[#;]/;

function optionLines(key: string, value: string, delimiter: string): readonly string[] {
  const [first = '', ...more] = value.split('\n');
  const line = `${key}${delimiter}${first}`.trimEnd();
  return [line, ...more.map((text) => (text === '' ? '' : `\t${text}`))];
}

function delimiterOf(line: string): string {
  return /\s*[=:][ \t]*/.exec(line)?.[0] ?? ' = ';
}
