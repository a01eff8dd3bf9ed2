// Manual pages of the commands, from the table of commands itself.

import type { Command, OptionSpec } from '@hosted-engine/cli';
import type { CatalogueEntry } from '@hosted-engine/ports';
import { detailBlocks } from './details.js';
import {
  example,
  item,
  type ManualPage,
  manualPage,
  paragraph,
  section,
  seeAlso,
  subsection,
  synopsis,
} from './roff.js';

export type Catalogue = Readonly<Record<string, CatalogueEntry>>;

const LOGS = '/var/log/ovirt-hosted-engine-setup/';
const NO_COLOR = ['NO_COLOR', 'When it is set, nothing is shown in colours.'] as const;
const ANSWERS_OF_ENVIRONMENT = [
  'OVEHOSTED_GROUP__name',
  'Answers the question of `OVEHOSTED_GROUP/name`; see answers.conf(5).',
] as const;

/** hosted-engine(8): every command. */
export function hostedEnginePage(commands: readonly Command[], catalogue: Catalogue): ManualPage {
  return manualPage('hosted-engine', 8, 'set up and look after a self-hosted engine', [
    ...section(
      'SYNOPSIS',
      synopsis('hosted-engine', ['--COMMAND', '[OPTIONS]', '[--debug]']),
      synopsis('hosted-engine', ['--COMMAND', '--help']),
      synopsis('hosted-engine', ['--help']),
    ),
    ...section(
      'DESCRIPTION',
      paragraph(
        'A self-hosted engine is a virtualization manager that runs as a virtual machine on the very hosts that it manages. The hosts keep it running: each of them runs an HA daemon, and these agree through shared storage which host runs the engine VM. `hosted-engine` deploys a host, shows the state of all hosts, and controls the engine VM.',
      ),
      paragraph('Run it as root on a host. Without a command it shows its usage.'),
    ),
    ...section(
      'COMMANDS',
      ...commands.map((command) =>
        subsection(
          `--${command.name}${command.shorthand === undefined ? '' : ` [${command.shorthand.toUpperCase()}]`}`,
          paragraph(sentence(command.summary)),
          detailBlocks(command.details ?? []),
          optionItems(command.options),
        ),
      ),
    ),
    ...section(
      'OPTIONS OF EVERY COMMAND',
      item('--help', 'Shows what the command does and which options it has.'),
      item('--debug', 'With an error, shows where in the program it came from.'),
    ),
    ...exitStatus(catalogue),
    ...section('ENVIRONMENT', item(...NO_COLOR), item(...ANSWERS_OF_ENVIRONMENT)),
    ...section(
      'FILES',
      item('/etc/ovirt-hosted-engine/hosted-engine.conf', 'See hosted-engine.conf(5).'),
      item(
        '/etc/ovirt-hosted-engine/answers.conf',
        'The answers that this host was deployed with.',
      ),
      item('/run/ovirt-hosted-engine-ha/broker.socket', 'Where the HA daemon is asked.'),
      item('/var/lib/ovirt-hosted-engine-ha/journal.jsonl', 'The decisions of the HA daemon.'),
      item(LOGS, 'One log for each run of the deployment.'),
    ),
    ...seeAlso([
      'ovirt-hosted-engine-setup(8)',
      'ovirt-hosted-engine-cleanup(8)',
      'hosted-engine.conf(5)',
      'answers.conf(5)',
      'vm.conf(5)',
      'broker.conf(5)',
      'agent.conf(5)',
    ]),
  ]);
}

/** ovirt-hosted-engine-setup(8): the deployment under its own name. */
export function setupPage(deploy: Command, catalogue: Catalogue): ManualPage {
  return manualPage('ovirt-hosted-engine-setup', 8, 'deploy a self-hosted engine on this host', [
    ...section(
      'SYNOPSIS',
      synopsis('ovirt-hosted-engine-setup', optionWords(deploy)),
      synopsis('hosted-engine --deploy', optionWords(deploy)),
    ),
    ...section('DESCRIPTION', detailBlocks(deploy.details ?? [deploy.summary])),
    ...section('OPTIONS', optionItems(deploy.options)),
    ...section(
      'STAGES',
      paragraph(
        'The questions come first, each answer is checked at once, and all of them are shown before anything is changed. When a step fails, or the run is aborted by CTRL-D, CTRL-C or the end of the connection, the steps that were done are undone, last first. What is kept is named with its reason, and the last line names the command that goes on or cleans up.',
      ),
      paragraph(
        'The storage decides what this host becomes: on empty storage the first host of a new engine, on storage with a hosted engine an additional host of that one.',
      ),
    ),
    ...exitStatus(catalogue),
    ...section('ENVIRONMENT', item(...ANSWERS_OF_ENVIRONMENT), item(...NO_COLOR)),
    ...section(
      'FILES',
      item('/etc/ovirt-hosted-engine/answers.conf', 'The answers of the run, without passwords.'),
      item(LOGS, 'The log of each run, mode 0600, without passwords.'),
      item('/var/lib/ovirt-hosted-engine-setup/', 'What a run has done so far, for the next one.'),
    ),
    ...section(
      'EXAMPLE',
      paragraph('An answer file for a first host with its engine at a fixed address:'),
      example([
        '[environment:default]',
        'OVEHOSTED_CORE/confirmSettings=bool:True',
        'OVEHOSTED_STORAGE/storageDomainConnection=str:nas.example.com:/exports/engine',
        'OVEHOSTED_NETWORK/fqdn=str:engine.example.com',
        'OVEHOSTED_NETWORK/gateway=str:192.0.2.1',
        'OVEHOSTED_VM/vmDiskImage=str:/var/tmp/engine.raw',
        'OVEHOSTED_VM/cloudinitVMStaticCIDR=str:192.0.2.10/24',
        'OVEHOSTED_ENGINE/adminPassword=str:PASSWORD',
      ]),
    ),
    ...seeAlso(['hosted-engine(8)', 'ovirt-hosted-engine-cleanup(8)', 'answers.conf(5)']),
  ]);
}

/** ovirt-hosted-engine-cleanup(8). */
export function cleanupPage(cleanup: Command, catalogue: Catalogue): ManualPage {
  return manualPage(
    'ovirt-hosted-engine-cleanup',
    8,
    sentence(cleanup.summary).slice(0, -1).toLowerCase(),
    [
      ...section(
        'SYNOPSIS',
        synopsis('ovirt-hosted-engine-cleanup', optionWords(cleanup)),
        synopsis('hosted-engine --cleanup', optionWords(cleanup)),
      ),
      ...section('DESCRIPTION', detailBlocks(cleanup.details ?? [cleanup.summary])),
      ...section('OPTIONS', optionItems(cleanup.options)),
      ...exitStatus(catalogue),
      ...section('FILES', item(LOGS, 'The log of each run.')),
      ...seeAlso(['hosted-engine(8)', 'ovirt-hosted-engine-setup(8)']),
    ],
  );
}

function optionItems(options: readonly OptionSpec[]): readonly string[] {
  return options.flatMap((option) => {
    const names = optionName(option);
    return item(names, sentence(option.help));
  });
}

function optionName(option: OptionSpec): string {
  const long = option.value === undefined ? `--${option.name}` : `--${option.name}=${option.value}`;
  return option.short === undefined ? long : `-${option.short}, ${long}`;
}

function optionWords(command: Command): readonly string[] {
  return [
    ...command.options.map((option) => {
      const repeated = option.isRepeatable === true ? '...' : '';
      return `[${optionName(option).replace(', ', '|')}]${repeated}`;
    }),
    '[--help]',
  ];
}

function exitStatus(catalogue: Catalogue): readonly string[] {
  const codes = [...new Set(Object.values(catalogue).map(({ exitCode }) => exitCode))];
  const items = codes
    .sort((a, b) => a - b)
    .map((exitCode) => {
      const entries = Object.entries(catalogue).filter(([, entry]) => entry.exitCode === exitCode);
      return item(String(exitCode), ...entries.map(([code, { meaning }]) => `${code}: ${meaning}`));
    });
  return section('EXIT STATUS', item('0', 'All went well.'), ...items);
}

function sentence(text: string): string {
  const first = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
  return /[.?!]$/.test(first) ? first : `${first}.`;
}
