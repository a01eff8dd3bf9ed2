// Manual pages of the configuration files, from the tables that their parsers read by.

import type { ConfKey } from '@hosted-engine/formats';
import type { AnswerKey } from '@hosted-engine/setup';
import { SCOPES } from '../answer-reference.js';
import type { ConfigurationFile } from '../configuration/files.js';
import {
  example,
  item,
  type ManualPage,
  manualPage,
  paragraph,
  section,
  seeAlso,
  subsection,
} from './roff.js';

const SUMMARIES: Readonly<Record<string, string>> = {
  'hosted-engine.conf': 'where a host finds its self-hosted engine',
  'agent.conf': 'what a host of a self-hosted engine weighs and times differently',
  'broker.conf': 'who is told of what happens to a self-hosted engine',
  'ha.conf': 'what of the HA state of a host outlives a restart',
  'vm.conf': 'the virtual machine of a self-hosted engine',
  'vdsm.conf': 'the host daemon of a self-hosted engine',
};

const FORMS: Readonly<Record<ConfigurationFile['form'], string>> = {
  'key=value lines that a shell can read':
    'Lines `key=value`, without blanks around the `=`, that a shell can read. Lines that begin with `#` are comments.',
  INI: 'Sections `[name]` with lines `key=value` below them. Lines that begin with `#` are comments.',
  'vm.conf': 'Lines `key=value`. Lines that begin with `#` are comments.',
};

/** One page for each file; `lists`: the keys of vm.conf that may occur more than once. */
export function configurationPages(
  files: readonly ConfigurationFile[],
  lists: readonly (readonly [key: string, meaning: string])[],
): readonly ManualPage[] {
  return files.map((file) => {
    const { title } = file;
    return manualPage(title, 5, SUMMARIES[title] ?? 'configuration of a self-hosted engine', [
      ...section('FILES', ...file.paths.map((path) => item(path, ''))),
      ...section(
        'DESCRIPTION',
        paragraph(file.purpose),
        paragraph(FORMS[file.form]),
        paragraph(`Written by: ${file.writtenBy}.`),
        ...file.readers.map(([who, when]) =>
          paragraph(`Read by the ${who}: ${when}.`.replace('the `', '`')),
        ),
        paragraph('A key that is not listed here is left alone, and counts for nothing.'),
      ),
      ...keySections(file),
      ...(file.form === 'vm.conf'
        ? section(
            'LISTS',
            paragraph(
              'These may occur any number of times; all but the last hold maps, `{key:value,...}`.',
            ),
            ...lists.map(([key, meaning]) => item(key, sentence(meaning))),
          )
        : []),
      ...seeAlso(['hosted-engine(8)', ...others(files, title)]),
    ]);
  });
}

function others(files: readonly ConfigurationFile[], title: string): readonly string[] {
  return files.filter((file) => file.title !== title).map((file) => `${file.title}(5)`);
}

function keySections({ keys }: ConfigurationFile): readonly string[] {
  const names = [...new Set(keys.map((key) => key.section))];
  return section(
    'KEYS',
    ...names.map((name) => {
      const items = keys.filter((key) => key.section === name).flatMap(keyItem);
      return name === undefined ? items : subsection(`[${name}]`, items);
    }),
  );
}

function keyItem(key: ConfKey): readonly string[] {
  const facts = [typeOf(key), absence(key)].filter((fact) => fact !== undefined).join('; ');
  return item(key.key, sentence(key.meaning), sentence(facts));
}

function typeOf(key: ConfKey): string {
  switch (key.type) {
    case 'text':
      return 'text';
    case 'flag':
      return 'true or false';
    case 'choice':
      return `one of ${key.choices.map((choice) => `\`${choice}\``).join(', ')}`;
    case 'integer':
      return `a whole number, ${key.min} to ${key.max}`;
    case 'decimal':
      return `a number, ${key.min} to ${key.max}`;
  }
}

function absence(key: Pick<ConfKey, 'isRequired' | 'fallback' | 'whenAbsent'>): string | undefined {
  if (key.isRequired === true) return 'needed';
  if (key.fallback !== undefined) return `\`${key.fallback}\` without it`;
  return key.whenAbsent === undefined ? undefined : `without it: ${key.whenAbsent}`;
}

/** answers.conf(5): every question, from the catalogue. */
export function answersPage(keys: Readonly<Record<string, AnswerKey>>): ManualPage {
  return manualPage('answers.conf', 5, 'answers for the deployment of a self-hosted engine', [
    ...section('FILES', item('/etc/ovirt-hosted-engine/answers.conf', '')),
    ...section(
      'DESCRIPTION',
      paragraph(
        'Answers to the questions of the deployment. `hosted-engine --deploy --config-append=FILE` takes them from any file; each run writes its own answers, without passwords, to the file above.',
      ),
      paragraph(
        'Lines `KEY=TYPE:VALUE` below `[environment:default]`; the types are `str`, `int`, `bool` and `none`. A question whose answer is given is not asked, and an answer that is wrong ends the run. When several files are given, a later one wins. A file with a password belongs to root alone, mode 0600.',
      ),
      paragraph(
        'A variable of the environment answers as well: `OVEHOSTED_NETWORK__fqdn=NAME` is `OVEHOSTED_NETWORK/fqdn`.',
      ),
    ),
    ...SCOPES.flatMap(([scope, title, note]) =>
      section(
        title.toUpperCase(),
        note === '' ? [] : paragraph(note),
        ...Object.entries(keys)
          .filter(([, key]) => key.scope === scope)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, key]) => answerItem(name, key)),
      ),
    ),
    ...section(
      'EXAMPLE',
      paragraph('An additional host:'),
      example([
        '[environment:default]',
        'OVEHOSTED_CORE/confirmSettings=bool:True',
        'OVEHOSTED_STORAGE/storageDomainConnection=str:nas.example.com:/exports/engine',
        'OVEHOSTED_ENGINE/adminPassword=str:PASSWORD',
      ]),
    ),
    ...seeAlso(['hosted-engine(8)', 'ovirt-hosted-engine-setup(8)', 'hosted-engine.conf(5)']),
  ]);
}

function answerItem(name: string, key: AnswerKey): readonly string[] {
  const fallback = typeof key.fallback === 'boolean' ? capital(key.fallback) : key.fallback;
  const facts = [
    `type \`${key.type}\``,
    key.isRequired === true
      ? 'needed'
      : fallback === undefined
        ? key.whenAbsent && `without it: ${key.whenAbsent}`
        : `\`${fallback}\` without it`,
    key.choices && `one of ${key.choices.map((choice) => `\`${choice}\``).join(', ')}`,
    key.isSecret === true
      ? 'a secret: it is never written to a file, and not taken as a flag'
      : undefined,
  ].filter((fact) => fact !== undefined);
  return item(name, sentence(key.meaning), sentence(facts.join('; ')));
}

function capital(value: boolean): string {
  return value ? 'True' : 'False';
}

function sentence(text: string): string {
  const first = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
  return /[.?!]$/.test(first) ? first : `${first}.`;
}
