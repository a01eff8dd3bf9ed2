// Manual pages in the man macros, which every system can show. Text may hold `code`, shown in bold.

/** One page: its name, its section, and its lines of roff. */
export interface ManualPage {
  readonly name: string;
  readonly section: 5 | 8;
  readonly text: string;
}

const SOURCE = 'hosted-engine';
const MANUAL = 'Self-hosted engine';

/** `what`: what it is or does, in a few words. */
export function manualPage(
  name: string,
  section: 5 | 8,
  what: string,
  body: readonly string[],
): ManualPage {
  const head = [
    '.\\" Made by `npm run docs`; do not edit.',
    `.TH ${quoted(name.toUpperCase())} ${section} "" ${quoted(SOURCE)} ${quoted(MANUAL)}`,
    ...section_('NAME'),
    `${words(name)} \\- ${words(what)}`,
  ];
  return { name, section, text: `${[...head, ...body].join('\n')}\n` };
}

function section_(title: string): readonly string[] {
  return [`.SH ${quoted(title)}`];
}

export function section(title: string, ...body: readonly (readonly string[])[]): readonly string[] {
  return [...section_(title), ...body.flat()];
}

export function subsection(
  title: string,
  ...body: readonly (readonly string[])[]
): readonly string[] {
  return [`.SS ${quoted(title)}`, ...body.flat()];
}

export function paragraph(text: string): readonly string[] {
  return ['.PP', ...flowing(text)];
}

/** A term, in bold, and what there is to say of it. */
export function item(term: string, ...texts: readonly string[]): readonly string[] {
  const [first = '', ...more] = texts;
  return [
    '.TP',
    `.B ${words(term)}`,
    ...flowing(first),
    ...more.flatMap((text) => ['.IP', ...flowing(text)]),
  ];
}

/** Lines that stand as they are. */
export function example(lines: readonly string[]): readonly string[] {
  return ['.PP', '.nf', '.RS 4', ...lines.map((line) => escaped(line) || '.sp'), '.RE', '.fi'];
}

/** A command with its options, none of which is broken. */
export function synopsis(command: string, options: readonly string[]): readonly string[] {
  return [
    '.HP',
    `.B ${words(command)}`,
    ...options.map((option) => words(option).replaceAll(' ', '\\ ')),
  ];
}

/** Pages that are named behind this one: `name(section)`. */
export function seeAlso(pages: readonly string[]): readonly string[] {
  const named = pages.map((page, index) => {
    const [, name = page, number = ''] = /^(.+)(\(\d\))$/.exec(page) ?? [];
    return `.BR ${words(name)} ${number}${index < pages.length - 1 ? ' ,' : ''}`.replace(' ,', ',');
  });
  return section('SEE ALSO', named);
}

function flowing(text: string): readonly string[] {
  return text === '' ? [] : [words(text)];
}

/** Text that is filled: `code` in bold, nothing that a line's first character could make a request of. */
function words(text: string): string {
  return escaped(text.trim().replaceAll(/\s+/g, ' ')).replaceAll(/`([^`]*)`/g, '\\fB$1\\fR');
}

const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  '~': '\\(ti',
  '^': '\\(ha',
  '’': '\\(cq',
  '‘': '\\(oq',
  '“': '\\(lq',
  '”': '\\(rq',
  '…': '...',
  '–': '\\(en',
  '→': '\\(->',
  '×': '\\(mu',
};

/** Only ASCII leaves here, so that no system has to guess at a page's encoding. */
function escaped(text: string): string {
  const safe = [...text]
    .map((letter) => {
      const code = letter.codePointAt(0) ?? 0;
      return NAMED[letter] ?? (code > 126 ? `\\[u${hex(code)}]` : letter);
    })
    .join('');
  return /^[.']/.test(safe) ? `\\&${safe}` : safe;
}

function hex(code: number): string {
  return code.toString(16).toUpperCase().padStart(4, '0');
}

function quoted(text: string): string {
  return `"${escaped(text).replaceAll('"', '\\(dq')}"`;
}
