// How a person gets at the engine VM's console while it is being installed. The words are the
// specification's.

import { isVdsmError, VDSM_CODE } from '@hosted-engine/vdsm';
import { finding, type Run } from '../run/run.js';
import { waitFor } from '../run/wait.js';
import { statsOf } from './vm-control.js';

/** The installation takes that long at most (setup-flow E.1). */
const TICKET_TTL_S = 10_800;
const TICKET_WAIT = { everyMs: 1000, atMostMs: 10_000 } as const;
const DEFAULT_PORT = '5900';

/** Sets the password, and tells how to connect. A host daemon without tickets leaves the console closed. */
export async function openConsole(run: Run): Promise<void> {
  const password = finding(run, 'vncPassword');
  if (!(await setTicket(run, password))) return;
  const stats = await statsOf(run);
  const display = stats?.status === 'Down' ? undefined : stats?.displayInfo?.[0];
  const isSpice = run.answers.get('OVEHOSTED_VDSM/consoleType') !== 'vnc';
  const kind = isSpice ? 'spice' : 'vnc';
  const note = (text: string): void => run.dialog.note(text);
  note('You can now connect to the VM with the following command:');
  note(`    /usr/bin/remote-viewer ${kind}://localhost:${display?.port ?? DEFAULT_PORT}`);
  note(`Use temporary password "${password}" to connect to ${kind} console.`);
  note(
    'Please note that in order to use remote-viewer you need to be able to run graphical applications.',
  );
  note(
    'This means that if you are using ssh you have to supply the -Y flag (enables trusted X11 forwarding).',
  );
  note('Otherwise you can run the command from a terminal in your preferred desktop environment.');
  note(
    'If you cannot run graphical applications you can connect to the graphic console from another host or connect to the console using the following command:',
  );
  const host = run.answers.get('OVEHOSTED_NETWORK/host_name');
  note(`virsh -c qemu+tls://${host}/system console HostedEngine`);
  note('If you need to reboot the VM you will need to start it manually using the command:');
  note('hosted-engine --vm-start');
  note('You can then set a temporary password using the command:');
  note('hosted-engine --add-console-password=<password>');
}

/** False: this host daemon has no tickets. The display may be there a moment after the VM. */
async function setTicket(run: Run, password: string): Promise<boolean> {
  const hostd = finding(run, 'hostd');
  const vmID = run.answers.get('OVEHOSTED_VM/vmUUID');
  let why: unknown;
  const isSet = await waitFor(run, TICKET_WAIT, async () => {
    try {
      await hostd.call('VM.setTicket', {
        vmID,
        password,
        ttl: TICKET_TTL_S,
        existingConnAction: 'disconnect',
        params: {},
      });
      return true;
    } catch (thrown) {
      why = thrown;
      const codes = [VDSM_CODE.methodNotFound, VDSM_CODE.notImplemented];
      if (codes.some((code) => isVdsmError(thrown, code))) return false;
      if (isVdsmError(thrown, VDSM_CODE.ticketError)) return undefined;
      throw thrown;
    }
  });
  if (isSet !== true)
    run.dialog.warning('The console of the VM cannot be opened; the log says why');
  if (isSet !== true) run.world.log.warn('the console cannot be opened', { why: String(why) });
  return isSet === true;
}
