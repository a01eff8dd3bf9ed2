// The INI dialect of Python's configparser, which all of oVirt's files are read with.
//
//   N1. `=` or `:` ends a key, whichever comes first; blanks around key and value do not count.
//   N2. `#` or `;` begins a comment only as the first character of a line that is not blank.
//   N3. An indented line continues the value above it; blank lines within a value belong to it.

import { FormatError, type FormatProblem } from './format-error.js';

export interface IniOption {
  readonly section: string;
  /** As written: whether case matters is the caller's matter. */
  readonly key: string;
  /** Lines joined by newlines, each without blanks at its ends. */
  readonly value: string;
  /** Lines it stands on, from 0, the last included. */
  readonly firstLine: number;
  readonly lastLine: number;
}

export interface IniSection {
  readonly name: string;
  /** From 0. */
  readonly line: number;
}

export interface IniScan {
  readonly lines: readonly string[];
  readonly sections: readonly IniSection[];
  readonly options: readonly IniOption[];
}

const SECTION = /^\[(.+)\]/;
const OPTION = /^([^=:]*?)\s*[=:]\s*(.*)$/s;
const COMMENT = /^\s*[#;]/;

/** Throws FormatError with every line that is neither section, option, comment nor continuation. */
export function scanIni(text: string, file: string): IniScan {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split(/\r?\n/);
  const sections: IniSection[] = [];
  const options: IniOption[] = [];
  const problems: FormatProblem[] = [];
  let mayContinue = false;

  lines.forEach((line, index) => {
    if (COMMENT.test(line)) return;
    if (line.trim() === '') return;
    const last = options.at(-1);
    if (mayContinue && last !== undefined && /^\s/.test(line)) {
      options[options.length - 1] = continued(last, lines, index);
      return;
    }
    mayContinue = false;
    const section = SECTION.exec(line.trim())?.[1];
    if (section !== undefined) {
      sections.push({ name: section, line: index });
      return;
    }
    const [, key, value] = OPTION.exec(line.trim()) ?? [];
    const current = sections.at(-1);
    if (key === undefined || key === '' || value === undefined) {
      problems.push({ line: index + 1, what: 'is neither a [section] nor KEY=value' });
    } else if (current === undefined) {
      problems.push({ line: index + 1, key, what: 'stands before the first [section]' });
    } else {
      const place = { firstLine: index, lastLine: index };
      options.push({ section: current.name, key, value, ...place });
      mayContinue = true;
    }
  });
  if (problems.length > 0) throw new FormatError(file, problems);
  return { lines, sections, options };
}

/** The option with the line at `index`, and the blank lines before it, added to its value. */
function continued(option: IniOption, lines: readonly string[], index: number): IniOption {
  const added = lines
    .slice(option.lastLine + 1, index + 1)
    .filter((line) => !COMMENT.test(line))
    .map((line) => line.trim());
  return { ...option, value: [option.value, ...added].join('\n'), lastLine: index };
}
