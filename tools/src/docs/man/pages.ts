import type { Command } from '@hosted-engine/cli';
import type { AnswerKey } from '@hosted-engine/setup';
import type { ConfigurationFile } from '../configuration/files.js';
import { type Catalogue, cleanupPage, hostedEnginePage, setupPage } from './command-pages.js';
import { answersPage, configurationPages } from './file-pages.js';
import type { ManualPage } from './roff.js';

export interface ManualSources {
  readonly commands: readonly Command[];
  readonly errors: Catalogue;
  readonly answers: Readonly<Record<string, AnswerKey>>;
  readonly files: readonly ConfigurationFile[];
  readonly vmLists: readonly (readonly [key: string, meaning: string])[];
}

/** All manual pages, from the tables that the programs themselves run by. */
export function manualPages(sources: ManualSources): readonly ManualPage[] {
  const { commands, errors, answers, files, vmLists } = sources;
  const named = (name: string): readonly Command[] =>
    commands.filter((command) => command.name === name);
  return [
    hostedEnginePage(commands, errors),
    ...named('deploy').map((deploy) => setupPage(deploy, errors)),
    ...named('cleanup').map((cleanup) => cleanupPage(cleanup, errors)),
    ...configurationPages(files, vmLists),
    answersPage(answers),
  ];
}
