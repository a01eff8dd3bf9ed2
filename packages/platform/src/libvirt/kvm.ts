import { access, constants, readFile } from 'node:fs/promises';

/**
 * Whether guests can use hardware virtualization. libvirt's capabilities are not enough: in a
 * virtual machine `/dev/kvm` may exist, and be opened, while QEMU cannot run a guest with it. On x86
 * the processor's flag decides.
 */
export async function isKvmUsable(
  device = '/dev/kvm',
  cpuinfo = '/proc/cpuinfo',
): Promise<boolean> {
  try {
    await access(device, constants.R_OK | constants.W_OK);
    if (process.arch !== 'x64') return true;
    const flags = /^flags\s*:(.*)$/m.exec(await readFile(cpuinfo, 'utf8'))?.[1] ?? '';
    return /\b(vmx|svm)\b/.test(flags);
  } catch {
    // No device, or no right to it: either way no guest can use it.
    return false;
  }
}
