import type { Lab } from '../lab.js';

/** What ./up prints when the cluster stands. Runnable lines: they begin with `bin/lab`. */
export function closingText(lab: Lab, passwordPath: string, vmHost: string): string {
  const forwarder = lab.state.forwarder;
  const id = vmHost.replace(/\D/g, '');
  const watcher = lab.hosts.find((host) => host.name !== vmHost)?.name ?? vmHost;
  const status = `bin/lab exec ${lab.name} ${watcher} -- hosted-engine --vm-status`;
  return [
    '',
    `engine:    https://127.0.0.1:${forwarder?.httpsPort ?? 0}/ovirt-engine/`,
    `health:    http://127.0.0.1:${forwarder?.httpPort ?? 0}/ovirt-engine/services/health`,
    `user:      admin@internal, password in ${passwordPath}`,
    `runs on:   ${vmHost}`,
    '',
    'Three things to try:',
    `  1. pull the plug of ${vmHost}:       bin/lab power-off ${lab.name} ${id}`,
    `  2. watch another host take over: ${status}`,
    '     (its lease has to run out first: about 70 s, then the boot of the VM)',
    `  3. put the plug back:            bin/lab power-on ${lab.name} ${id}`,
    '',
    'Everything else that can go wrong: bin/lab --help.  Remove it all: ./up --down',
    '',
  ].join('\n');
}

export const USAGE = `usage: ./up [--hosts=3] [--port=PORT]   a cluster of real hosts on this machine
       ./up --down                        remove it all
       ./up --sim                         the same in a simulator (not there yet)
  --port=PORT   the engine's https port on 127.0.0.1 (http gets the next one); otherwise any free one
`;
