// A person's way to the engine VM's console: a password for the graphical one, and a program that shows it.

import { HeError } from '@hosted-engine/ports';
import { isVdsmError, VDSM_CODE, type VmStats } from '@hosted-engine/vdsm';
import { optionValue } from '../args.js';
import type { Command } from '../command.js';
import { setConsoleTicket } from '../console-ticket.js';
import type { CliContext } from '../context.js';
import { requireDeployed } from '../deployed.js';
import { withHostd } from '../with-hostd.js';

export const PASSWORD_VARIABLE = 'OVIRT_HOSTED_ENGINE_CONSOLE_PASSWORD';
/** What the protocol of VNC compares. */
const VNC_PASSWORD_LENGTH_MAX = 8;

export const ADD_CONSOLE_PASSWORD: Command = {
  name: 'add-console-password',
  summary: 'set a temporary password for the graphical console of the engine VM on this host',
  details: [
    `Without --password it is taken from the variable ${PASSWORD_VARIABLE}, or asked for.`,
    'Others on this host can see the options of a program while it runs.',
  ],
  shorthand: 'password',
  options: [{ name: 'password', value: 'PASSWORD', help: 'the password; at most 8 characters' }],
  run: async (context, options) => {
    const { console: kind } = await requireDeployed(context);
    const password = await passwordOf(context, optionValue(options, 'password'));
    if (kind === 'vnc' && Buffer.byteLength(password) > VNC_PASSWORD_LENGTH_MAX) {
      throw new HeError(
        'HE_USAGE',
        `VNC knows passwords of at most ${VNC_PASSWORD_LENGTH_MAX} characters`,
      );
    }
    for (const line of await setConsoleTicket(context, password)) context.write(`${line}\n`);
    return 0;
  },
};

async function passwordOf(context: CliContext, given: string | undefined): Promise<string> {
  const password =
    given ?? context.env[PASSWORD_VARIABLE] ?? (await context.readSecret('Enter password: '));
  if (password === undefined) {
    throw new HeError('HE_USAGE', 'there is no terminal to ask for the password on', {
      remedy: `give it in the variable ${PASSWORD_VARIABLE}`,
    });
  }
  if (password === '' || /\p{Cc}/u.test(password)) {
    throw new HeError('HE_USAGE', 'the password is empty or holds a control character');
  }
  return password;
}

export const CONSOLE: Command = {
  name: 'console',
  summary: 'connect to the console of the engine VM on this host',
  details: [
    'On a graphical desktop it is remote-viewer, for which --add-console-password sets a password;',
    'on a text terminal the serial console, which CTRL-] leaves.',
  ],
  options: [],
  run: async (context) => {
    const conf = await requireDeployed(context);
    const stats = await withHostd(context, async (hostd) => {
      try {
        return (await hostd.call('VM.getStats', { vmID: conf.vmId }))[0];
      } catch (thrown) {
        if (isVdsmError(thrown, VDSM_CODE.noSuchVm)) return undefined;
        throw thrown;
      }
    });
    if (stats === undefined || stats.status === 'Down') {
      throw new HeError('HE_FAILED', 'the engine VM does not run on this host', {
        remedy: '`hosted-engine --vm-status` shows where it runs',
      });
    }
    const viewer = graphicalViewer(context, stats);
    if (viewer !== undefined) return context.runAttached('remote-viewer', [viewer]);
    return context.runAttached('virsh', ['--connect', 'qemu:///system', 'console', conf.vmId]);
  },
};

/** Undefined without a desktop to show it on. */
function graphicalViewer({ env }: CliContext, stats: VmStats): string | undefined {
  const isDesktop = env['DISPLAY'] !== undefined || env['WAYLAND_DISPLAY'] !== undefined;
  const display = stats.status === 'Down' ? undefined : stats.displayInfo?.[0];
  if (!isDesktop || display === undefined || Number(display.port) <= 0) return undefined;
  return `${display.type}://localhost:${display.port}`;
}
