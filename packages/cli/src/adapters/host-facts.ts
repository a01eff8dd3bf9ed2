import { constants } from 'node:fs';
import { access, open, readFile, stat } from 'node:fs/promises';
import { availableParallelism, hostname } from 'node:os';
import { join } from 'node:path';
import { HeError, type ProcessRunner } from '@hosted-engine/ports';
import type { HostFacts, Virtualization } from '@hosted-engine/setup';

/** Kept free for the host itself (setup-flow C.5). */
const RESERVED_MIB = 512;

/** QEMU under the names that distributions give it. */
const QEMU_PROGRAMS = ['qemu-system-x86_64', '/usr/libexec/qemu-kvm', 'qemu-kvm'];

export function createHostFacts(searchPath: string, runner: ProcessRunner): HostFacts {
  return {
    isRoot: () => process.geteuid?.() === 0,
    hostname,
    cpuCount: availableParallelism,
    cpu: async () => parseCpu(await readFile('/proc/cpuinfo', 'utf8')),
    memoryFreeMiB,
    virtualization,
    isBridge: (name) => exists(`/sys/class/net/${name}/bridge`),
    hasSpice: () => hasSpice(runner),
    missingPrograms: async (names) => {
      const found = await Promise.all(names.map((name) => isProgram(name, searchPath)));
      return names.filter((_, index) => found[index] !== true);
    },
  };
}

/** The first processor stands for all. */
function parseCpu(text: string): { vendor: string; flags: readonly string[] } {
  const field = (name: string): string =>
    new RegExp(`^${name}\\s*:\\s*(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  return { vendor: field('vendor_id'), flags: field('flags').split(/\s+/) };
}

async function memoryFreeMiB(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8');
  const kib = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1] ?? '0');
  return Math.max(0, Math.floor(kib / 1024) - RESERVED_MIB);
}

/** Without the CPU's flag there is none; with the flag /dev/kvm must open too. */
async function virtualization(): Promise<Virtualization> {
  const flags = /^flags\s*:.*\b(vmx|svm)\b/m.test(await readFile('/proc/cpuinfo', 'utf8'));
  if (!flags) return 'absent';
  try {
    const device = await open('/dev/kvm', 'r+');
    await device.close();
    return 'supported';
  } catch {
    // The module may only not be loaded yet.
    return 'unknown';
  }
}

/** A QEMU without SPICE does not know its option, whose help is asked for. */
async function hasSpice(runner: ProcessRunner): Promise<boolean> {
  for (const program of QEMU_PROGRAMS) {
    try {
      const { code, stdout } = await runner.run(program, ['-spice', 'help']);
      return code === 0 && /spice options|tls-port/.test(stdout);
    } catch (thrown) {
      if (!(thrown instanceof HeError) || thrown.code !== 'HE_FAILED') throw thrown;
    }
  }
  return false;
}

async function isProgram(name: string, searchPath: string): Promise<boolean> {
  for (const directory of searchPath.split(':')) {
    try {
      await access(join(directory, name), constants.X_OK);
      return true;
    } catch {
      // Not in this directory.
    }
  }
  return false;
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
