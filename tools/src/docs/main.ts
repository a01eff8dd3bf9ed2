// Writes the pages and pictures of docs that are made from the source: main.js [--check]
// With --check nothing is written: a page that is not what would be written is an error, and so is a link of any
// page to a file that is not there.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadAll } from '@hosted-engine/cli';
import { TRANSITIONS } from '@hosted-engine/core';
import { VM_CONF_LISTS } from '@hosted-engine/formats';
import { ERROR_CATALOGUE } from '@hosted-engine/ports';
import { ANSWER_KEYS, ANSWER_NAMES } from '@hosted-engine/setup';
import { answerReference } from './answer-reference.js';
import { type BrokenLink, brokenLinks } from './broken-links.js';
import { bashCompletion } from './completion.js';
import { CONFIGURATION_FILES } from './configuration/files.js';
import { configurationReference } from './configuration/page.js';
import { errorReference } from './error-reference.js';
import { manualPages } from './man/pages.js';
import { stateMachineDot } from './state-machine/dot.js';
import { stateMachinePage } from './state-machine/page.js';
import { stateMachineSvg } from './state-machine/svg.js';

async function main(isCheck: boolean): Promise<number> {
  const commands = await loadAll();
  const manual = manualPages({
    commands,
    errors: ERROR_CATALOGUE,
    answers: ANSWER_KEYS,
    files: CONFIGURATION_FILES,
    vmLists: VM_CONF_LISTS,
  });
  const pages = [
    { path: 'docs/reference/errors.md', text: errorReference(ERROR_CATALOGUE) },
    {
      path: 'docs/reference/configuration.md',
      text: configurationReference(CONFIGURATION_FILES, VM_CONF_LISTS),
    },
    { path: 'docs/reference/answers.md', text: answerReference(ANSWER_KEYS) },
    ...manual.map(({ name, section, text }) => {
      return { path: `packaging/man/${name}.${section}`, text };
    }),
    {
      path: 'packaging/completion/hosted-engine.bash',
      text: bashCompletion(commands, ANSWER_NAMES),
    },
    { path: 'docs/design/state-machine.md', text: stateMachinePage(TRANSITIONS) },
    { path: 'docs/design/state-machine.dot', text: stateMachineDot(TRANSITIONS) },
    { path: 'docs/design/state-machine.svg', text: stateMachineSvg(TRANSITIONS) },
  ];
  const stale = pages.filter(({ path, text }) => {
    return !existsSync(path) || readFileSync(path, 'utf8') !== text;
  });
  for (const { path, text } of stale) {
    if (isCheck) {
      process.stdout.write(`${path}: is not what the source says; run: npm run docs\n`);
    } else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      process.stdout.write(`${path}: written\n`);
    }
  }
  if (!isCheck) return 0;
  const broken = allBrokenLinks();
  for (const { page, target } of broken) {
    process.stdout.write(`${page}: links to ${target}, which is not there\n`);
  }
  return stale.length + broken.length > 0 ? 1 : 0;
}

function allBrokenLinks(): readonly BrokenLink[] {
  const inDocs = readdirSync('docs', { recursive: true, encoding: 'utf8' });
  return [...readdirSync('.'), ...inDocs.map((path) => join('docs', path))]
    .filter((path) => path.endsWith('.md'))
    .flatMap((page) => brokenLinks(page, readFileSync(page, 'utf8'), existsSync));
}

process.exitCode = await main(process.argv.includes('--check'));
