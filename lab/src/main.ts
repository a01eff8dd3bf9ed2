import { HeError, messageOf } from '@hosted-engine/ports';
import { parseArguments } from './cli/arguments.js';
import { labCommands } from './cli/commands.js';

const OPTIONS = ['bridges', 'dir', 'hosts', 'subnet'];

const commands = labCommands((line) => process.stdout.write(`${line}\n`));
const [verb = '', ...words] = process.argv.slice(2);
const command = commands.get(verb);
if (command === undefined) {
  const lines = [...commands.values()].map((one) => `  lab ${one.usage.padEnd(46)} ${one.about}`);
  const usage = `usage (all but make take --dir=FOLDER too):\n${lines.join('\n')}\n`;
  const isHelp = verb === '' || verb === '--help' || verb === 'help';
  (isHelp ? process.stdout : process.stderr).write(isHelp ? usage : `lab: no ${verb}\n${usage}`);
  process.exitCode = isHelp ? 0 : 1;
} else {
  try {
    process.exitCode = await command.run(parseArguments(words, OPTIONS));
  } catch (error) {
    process.stderr.write(`lab ${verb}: ${messageOf(error)}\n`);
    if (error instanceof HeError && error.remedy !== undefined) {
      process.stderr.write(`  ${error.remedy}\n`);
    }
    process.exitCode = error instanceof HeError ? error.exitCode : 1;
  }
}
