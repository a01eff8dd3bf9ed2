// What a wait that was in vain leaves to be read: an engine VM that does not come up on another machine shows itself
// nowhere else.

import { messageOf } from '@hosted-engine/ports';
import { clusterVm, type LabHost } from '../src/index.js';

const VIRSH = 'virsh --connect=qemu:///system';
const ON_HOST = [
  `${VIRSH} domstate --reason HostedEngine`,
  'tail -n 10 /var/log/libvirt/qemu/HostedEngine.log',
  'tail -n 20 /var/log/services/vdsmd.log',
  'tail -n 20 /var/log/sanlock.log',
];
const IN_GUEST = 'ps; ip address; tail -n 30 /var/log/messages';

/** Rejects as `wait` does, and tells what the host and the engine VM on it were like. */
export async function withEvidence<T>(host: LabHost, wait: Promise<T>): Promise<T> {
  try {
    return await wait;
  } catch (error) {
    const seen = await Promise.all([...ON_HOST.map((line) => onHost(host, line)), inGuest(host)]);
    throw new Error([messageOf(error), ...seen].join('\n'), { cause: error });
  }
}

async function onHost(host: LabHost, line: string): Promise<string> {
  try {
    const { stdout, stderr } = await host.exec(['sh', '-c', line], { timeoutMs: 10_000 });
    return `${host.name}# ${line}\n${stdout}${stderr}`.trimEnd();
  } catch (error) {
    return `${host.name}# ${line}\n${messageOf(error)}`;
  }
}

async function inGuest(host: LabHost): Promise<string> {
  try {
    return `engine VM# ${IN_GUEST}\n${await clusterVm(host).exec('/bin/sh', ['-c', IN_GUEST])}`;
  } catch (error) {
    return `engine VM# ${messageOf(error)}`;
  }
}
