import type { ConfKey } from '@hosted-engine/formats';
import { type ConfigurationFile, OTHER_FILES } from './files.js';

/** docs/reference/configuration.md: every file and key, from the tables that the parsers read by. */
export function configurationReference(
  files: readonly ConfigurationFile[],
  lists: readonly (readonly [key: string, meaning: string])[],
): string {
  const sections = files.map((file) => {
    const tables = file.form === 'INI' ? bySection(file.keys) : table(file.keys);
    const devices = file.form === 'vm.conf' ? `\n${listTable(lists)}` : '';
    return `## ${file.title}\n\n${head(file)}\n${tables}${devices}`;
  });
  return `${HEAD}\n${sections.join('\n')}\n${others()}\n${FOOT}`;
}

function head({ paths, form, purpose, writtenBy, readers }: ConfigurationFile): string {
  const shown = paths.map((path) => (path.startsWith('/') ? `\`${path}\`` : path)).join(', ');
  const syntax = form === 'vm.conf' ? '`key=value` lines' : form;
  return [
    `${shown}: ${syntax}.\n`,
    `${purpose}\n`,
    `- Written by: ${writtenBy}.`,
    ...readers.map(([who, when]) => `- Read by the ${who}: ${when}.`.replace('the `', '`')),
    '',
  ].join('\n');
}

function bySection(keys: readonly ConfKey[]): string {
  const names = [...new Set(keys.map(({ section = '' }) => section))];
  return names
    .map((name) => `### [${name}]\n\n${table(keys.filter(({ section }) => section === name))}`)
    .join('\n');
}

function table(keys: readonly ConfKey[]): string {
  const rows = keys.map((key) => {
    const name = `\`${key.key}\`${key.isOurs === true ? ' *' : ''}`;
    return `| ${name} | ${typeOf(key)} | ${whenAbsent(key)} | ${cell(key.meaning)} |\n`;
  });
  return `| Key | Type | Without it | Meaning |\n| --- | --- | --- | --- |\n${rows.join('')}`;
}

function listTable(lists: readonly (readonly [key: string, meaning: string])[]): string {
  const rows = lists.map(([key, meaning]) => `| \`${key}\` | ${cell(meaning)} |\n`);
  return `These may occur any number of times; all but the last hold maps, \`{key:value,…}\`.\n\n| Key | Meaning |\n| --- | --- |\n${rows.join('')}`;
}

function typeOf(key: ConfKey): string {
  switch (key.type) {
    case 'text':
      return 'text';
    case 'flag':
      return 'true or false';
    case 'choice':
      return key.choices.map((choice) => `\`${choice}\``).join(', ');
    case 'integer':
      return `whole number, ${key.min} to ${key.max}`;
    case 'decimal':
      return `number, ${key.min} to ${key.max}`;
  }
}

function whenAbsent(key: ConfKey): string {
  if (key.isRequired === true) return '**needed**';
  if (key.fallback !== undefined) return `\`${cell(String(key.fallback))}\``;
  return cell(key.whenAbsent ?? '–');
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function others(): string {
  const rows = OTHER_FILES.map(([path, meaning]) => {
    const shown = path.startsWith('/') ? path.replaceAll(/[^\s,]+/g, '`$&`') : path;
    return `| ${shown} | ${meaning} |\n`;
  });
  return `## Other files\n\n| File | What it is |\n| --- | --- |\n${rows.join('')}`;
}

const HEAD = `# Configuration

Every file of a host that the daemons, the set-up and \`hosted-engine\` read, and every key in it. Keys with a star are
not in the original's files. Keys that are not listed are left alone and count for nothing. What the set-up asks is
in the [reference of answers](answers.md).
`;

const FOOT = `This page is made from the tables of keys in \`packages/formats/src\` and \`packages/ha/src/config\`, which the
parsers read by, with \`npm run docs\`.
`;
