import type { AnswerSet } from '../answers/answer-set.js';
import type { AnswerName } from '../answers/catalogue.js';

const LABEL_WIDTH = 35;

/** The order of the specification's transcript; what has no value is left out. */
const LINES: readonly (readonly [string, AnswerName])[] = [
  ['Bridge interface', 'OVEHOSTED_NETWORK/bridgeIf'],
  ['Engine FQDN', 'OVEHOSTED_NETWORK/fqdn'],
  ['Bridge name', 'OVEHOSTED_NETWORK/bridgeName'],
  ['SSH daemon port', 'OVEHOSTED_NETWORK/sshdPort'],
  ['Firewall manager', 'OVEHOSTED_NETWORK/firewallManager'],
  ['Gateway address', 'OVEHOSTED_NETWORK/gateway'],
  ['Host name for web application', 'OVEHOSTED_ENGINE/appHostName'],
  ['Host ID', 'OVEHOSTED_STORAGE/hostID'],
  ['Image size GB', 'OVEHOSTED_STORAGE/imgSizeGB'],
  ['Storage connection', 'OVEHOSTED_STORAGE/storageDomainConnection'],
  ['Console type', 'OVEHOSTED_VDSM/consoleType'],
  ['Memory size MB', 'OVEHOSTED_VM/vmMemSizeMB'],
  ['MAC address', 'OVEHOSTED_VM/vmMACAddr'],
  ['Boot type', 'OVEHOSTED_VM/vmBoot'],
  ['Number of CPUs', 'OVEHOSTED_VM/vmVCpus'],
  ['Disk image', 'OVEHOSTED_VM/vmDiskImage'],
  ['CPU Type', 'OVEHOSTED_VDSM/cpu'],
];

export function previewLines(answers: AnswerSet): string[] {
  return LINES.flatMap(([label, name]) => {
    // A random one is nobody's choice.
    if (name === 'OVEHOSTED_VM/vmMACAddr' && !answers.isGiven(name)) return [];
    const value = answers.find(name);
    return value === undefined ? [] : [`${label.padEnd(LABEL_WIDTH)}: ${value}`];
  });
}
