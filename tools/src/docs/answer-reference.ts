import type { AnswerKey, AnswerScope } from '@hosted-engine/setup';

/** The kinds of answers, with the title and the note of each. */
export const SCOPES: readonly (readonly [AnswerScope, string, string])[] = [
  [
    'cluster',
    'Of the cluster',
    'Given on the first host. Additional hosts take them from the shared storage; one that is given there nevertheless must be the same.',
  ],
  ['first', 'Of the first host', 'Additional hosts do without.'],
  ['host', 'Of each host', 'Each host has its own.'],
  ['run', 'Of the run', ''],
];

/** docs/reference/answers.md: every answer that the set-up takes, from its catalogue. */
export function answerReference(keys: Readonly<Record<string, AnswerKey>>): string {
  const sections = SCOPES.map(([scope, title, note]) => {
    const rows = Object.entries(keys)
      .filter(([, key]) => key.scope === scope)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, key]) => `| \`${name}\` | ${key.type} | ${fallback(key)} | ${meaning(key)} |\n`);
    return [
      `## ${title}\n\n`,
      note === '' ? '' : `${note}\n\n`,
      '| Key | Type | Without it | Meaning |\n| --- | --- | --- | --- |\n',
      ...rows,
    ].join('');
  });
  return `${HEAD}\n${sections.join('\n')}${FOOT}`;
}

function fallback(key: AnswerKey): string {
  if (key.isRequired === true) return '**needed**';
  if (key.fallback === undefined) return key.whenAbsent ?? '–';
  const text = typeof key.fallback === 'boolean' ? capital(key.fallback) : key.fallback;
  return `\`${text}\``;
}

function capital(value: boolean): string {
  return value ? 'True' : 'False';
}

function meaning(key: AnswerKey): string {
  return key.isSecret === true ? `${key.meaning} (never written to a file)` : key.meaning;
}

const HEAD = `# Answers of the deployment

\`hosted-engine --deploy --config-append=FILE\` takes these from files of lines \`KEY=type:value\` below
\`[environment:default]\`; types are \`str\`, \`int\`, \`bool\` and \`none\`. The option may be repeated, and a later file wins.
Without a terminal every answer that is needed must be there. A file with a password belongs to root alone (mode 0600).

A first host, with the engine at a fixed address:

\`\`\`ini
[environment:default]
OVEHOSTED_CORE/confirmSettings=bool:True
OVEHOSTED_STORAGE/storageDomainConnection=str:nas.example.com:/exports/engine
OVEHOSTED_NETWORK/fqdn=str:engine.example.com
OVEHOSTED_NETWORK/gateway=str:192.0.2.1
OVEHOSTED_VM/vmDiskImage=str:/var/tmp/engine.raw
OVEHOSTED_VM/cloudinitVMStaticCIDR=str:192.0.2.10/24
OVEHOSTED_ENGINE/adminPassword=str:…
\`\`\`

An additional host:

\`\`\`ini
[environment:default]
OVEHOSTED_CORE/confirmSettings=bool:True
OVEHOSTED_STORAGE/storageDomainConnection=str:nas.example.com:/exports/engine
OVEHOSTED_ENGINE/adminPassword=str:…
\`\`\`
`;

const FOOT = `
This page is made from the catalogue in \`packages/setup/src/answers\` by \`npm run docs\`.
`;
