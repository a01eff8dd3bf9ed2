// A session in the lab compared with the specification's dialogs, line by line.

import assert from 'node:assert/strict';
import {
  ADDITIONAL_HOST,
  FIRST_HOST,
  missingLines,
  type Place,
} from '@hosted-engine/setup/test/specification';

const ONE_WORD = String.raw`\S+`;

/** The lab has other names, a firewall that nobody is to touch, and answers for what the dialog does not ask. */
const LAB: Place = {
  instead: [
    ['Configuration files: []', String.raw`Configuration files: \[.*\]`],
    ['/ovirt-hosted-engine-setup-20131121151103.log', String.raw`/\S+\.log`],
    ['/ovirt-hosted-engine-setup-20131121170637.log', String.raw`/\S+\.log`],
    ['otopi-1.1.1 (otopi-1.1.1-1.el6ev)', ONE_WORD],
    ['rhevm', ONE_WORD],
    ['myhost.home:/export', ONE_WORD],
    ['iptables was detected on your computer', String.raw`\S+ was detected on your computer`],
    [
      'setup to configure it? (Yes, No)[Yes]:',
      String.raw`setup to configure it\? \(Yes, No\)\[Yes\]: no`,
    ],
    ['iptables', ONE_WORD],
    ['10.1.1.10', ONE_WORD],
    ['10.1.1.1', ONE_WORD],
    ['hosted-engine.home', ONE_WORD],
    ['1015iuUQ', '[0-9A-Za-z]{8}'],
    ['vnc://localhost:5900', String.raw`vnc://localhost:59\d\d`],
  ],
  // Emulated processors, and a name service that knows the engine.
  without: [/Hardware supports virtualization/, /CPU [Tt]ype/, /- model_/, /Failed to resolve/],
};

/** The shared configuration has the answers here, and the session is taken for one at the console. */
const NOT_ASKED_IN_LAB: readonly RegExp[] = [
  /A configuration file must be supplied/,
  /The answer file may be fetched/,
  /scp the answer file/,
  /Answer file successfully downloaded/,
  /If you do not want to download/,
  /FQDN or IP of the first host/,
  /Enter 'root' user password/,
  /executed through an SSH connection/,
  /lead to broken installation/,
  /inside a screen session/,
  /continue anyway/,
];

export function assertFirstTranscript(lines: readonly string[]): void {
  assert.deepEqual(missingLines(lines.join('\n'), FIRST_HOST, LAB), []);
}

export function assertAdditionalTranscript(lines: readonly string[], hostId: number): void {
  const place: Place = {
    instead: [
      ...LAB.instead,
      ['default: 2]', String.raw`default: ${hostId}\]`],
      ['hosted_engine_2', `hosted_engine_${hostId}`],
      ['Host ID                            : 2', `Host ID                            : ${hostId}`],
    ],
    without: [...LAB.without, ...NOT_ASKED_IN_LAB],
  };
  assert.deepEqual(missingLines(lines.join('\n'), ADDITIONAL_HOST, place), []);
}
