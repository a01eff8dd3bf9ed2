import type { LabHost } from '../host.js';
import type { Lab } from '../lab.js';

/** What ./up prints when the cluster stands. Runnable lines: they begin with `bin/lab`. */
export function closingText(lab: Lab, passwordPath: string, running: LabHost | undefined): string {
  const { name, hosts } = lab;
  const ports = lab.state.forwarder;
  const victim = running ?? hosts[0];
  const watcher = hosts.find((host) => host !== victim) ?? victim;
  return [
    '',
    `engine:    https://127.0.0.1:${ports?.httpsPort ?? 0}/ovirt-engine/`,
    `health:    http://127.0.0.1:${ports?.httpPort ?? 0}/ovirt-engine/services/health`,
    `user:      admin@internal, password in ${passwordPath}`,
    `runs on:   ${running?.name ?? 'no host right now'}`,
    '',
    'Three things to try:',
    `  1. pull the plug of its host:  bin/lab power-off ${name} ${victim?.id}`,
    `  2. watch another take over:    bin/lab exec ${name} ${watcher?.id} -- hosted-engine --vm-status`,
    '     (the lease of the dead host has to run out first: about 70 s, then the VM boots)',
    `  3. put the plug back:          bin/lab power-on ${name} ${victim?.id}`,
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
