// A program that deploys a make-believe host, over the very terminal code of the real one.
// Usage: node fake-deploy.js ROLE LOG-DIRECTORY [KEY=VALUE…]

import { answerOfFlag, type Dialog, deploy, exitCodeOf, PATHS } from '@hosted-engine/setup';
import { deployFirst } from '@hosted-engine/setup/test/fake/deployment';
import { FakeHost } from '@hosted-engine/setup/test/fake/world';
import { openRunLog } from '../../src/adapters/run-log.js';
import { outliveTerminal } from '../../src/terminal/lost-terminal.js';
import { openTerminal } from '../../src/terminal/open-terminal.js';
import { createTerminalDialog } from '../../src/terminal/terminal-dialog.js';

const [role, logDirectory = '/nonexistent', ...answers] = process.argv.slice(2);
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort());
outliveTerminal(process);

/** The names and addresses of the specification's transcripts. */
function specified(host: FakeHost): FakeHost {
  host.pingable = ['10.1.1.1'];
  host.hostd.bridges = ['rhevm'];
  host.names['hosted-engine.home'] = ['10.1.1.100'];
  return host;
}

const first = specified(new FakeHost(1));
if (role === 'first') {
  first.cpu.flags = first.cpu.flags.filter((flag) => flag !== 'sse4_1');
  first.hostd.cpuFlags = 'model_Conroe';
}
let host = first;
if (role === 'additional') {
  await deployFirst(first, {
    'OVEHOSTED_NETWORK/fqdn': 'str:hosted-engine.home',
    'OVEHOSTED_NETWORK/gateway': 'str:10.1.1.1',
    'OVEHOSTED_NETWORK/bridgeName': 'str:rhevm',
    'OVEHOSTED_STORAGE/storageDomainConnection': 'str:myhost.home:/export',
    'OVEHOSTED_VDSM/cpu': 'str:model_Conroe',
  });
  host = specified(new FakeHost(2, first.storage, first.engine));
  host.remotes.files.set('10.1.1.10', { [PATHS.answers]: first.files.text(PATHS.answers) ?? '' });
}
const before = JSON.stringify(host.snapshot());

const log = openRunLog(logDirectory, new Date());
const terminal = openTerminal(process, stop.signal);
const world = { ...host.world(), log };
const told = createTerminalDialog(terminal, log, world.clock);
const dialog: Dialog = {
  ...told,
  note: (text) => {
    told.note(text);
    // The person at the console of the VM does as they are told.
    if (text.includes('system will wait until')) host.hostd.shutDownGuests();
  },
};
const outcome = await deploy(
  world,
  dialog,
  {
    configFiles: [],
    given: answers.map((answer) => answerOfFlag(answer)),
    version: '0.1.0',
    isUnprotectedSession: true,
  },
  stop.signal,
);
terminal.close();
log.close();
const isAsBefore = JSON.stringify(host.snapshot()) === before;
process.stdout.write(isAsBefore ? 'host: as before\n' : 'host: changed\n');
process.exitCode = exitCodeOf(outcome);
