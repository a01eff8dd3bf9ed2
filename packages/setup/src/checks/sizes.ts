import type { AnswerSet } from '../answers/answer-set.js';
import { invalidAnswer } from '../answers/read-value.js';

/** Recommended minimum of a VM that runs the whole of an oVirt engine (setup-flow C.5). */
const MINIMUM = { vCpus: 2, diskGB: 25, memoryMB: 4096 } as const;

const GIB = 1024 ** 3;
/** Lease areas, mailboxes and the three small volumes beside the VM's disk. */
const DOMAIN_OVERHEAD_BYTES = GIB;

export interface Capacity {
  readonly cpuCount: number;
  readonly memoryFreeMiB: number;
}

/** What does not fit this host at all (HE_ANSWER_INVALID); the rest comes back as warnings. */
export function checkSizes(answers: AnswerSet, capacity: Capacity): string[] {
  const vCpus = answers.get('OVEHOSTED_VM/vmVCpus');
  const memoryMB = answers.get('OVEHOSTED_VM/vmMemSizeMB');
  if (vCpus > capacity.cpuCount) {
    const has = `this host has ${capacity.cpuCount}`;
    throw invalidAnswer('OVEHOSTED_VM/vmVCpus', `${vCpus} virtual CPUs, but ${has}`);
  }
  const warnings: string[] = [];
  if (memoryMB > capacity.memoryFreeMiB) {
    warnings.push(
      `The VM is to have ${memoryMB} MB of memory, but only ${capacity.memoryFreeMiB} MB are available now`,
    );
  }
  if (!answers.get('OVEHOSTED_CORE/checkRequirements')) return warnings;
  const diskGB = answers.get('OVEHOSTED_STORAGE/imgSizeGB');
  const checks: readonly (readonly [string, number, number, string])[] = [
    ['virtual CPUs', vCpus, MINIMUM.vCpus, ''],
    ['disk size', diskGB, MINIMUM.diskGB, ' GB'],
    ['memory size', memoryMB, MINIMUM.memoryMB, ' MB'],
  ];
  for (const [what, value, minimum, unit] of checks) {
    if (value < minimum) {
      warnings.push(
        `Minimum requirements for ${what} not met: ${value}${unit} of ${minimum}${unit}`,
      );
    }
  }
  return warnings;
}

/** The image must fit the disk it is copied to. */
export function checkImageFits(answers: AnswerSet, virtualSize: number): void {
  const diskGB = answers.get('OVEHOSTED_STORAGE/imgSizeGB');
  if (virtualSize <= diskGB * GIB) return;
  const needed = Math.ceil(virtualSize / GIB);
  throw invalidAnswer(
    'OVEHOSTED_STORAGE/imgSizeGB',
    `${diskGB} GB are too small for the disk image, which needs ${needed} GB`,
  );
}

/** Bytes that must be free on the storage, so that the VM's disk can grow to its full size. */
export function bytesNeeded(answers: AnswerSet): number {
  return answers.get('OVEHOSTED_STORAGE/imgSizeGB') * GIB + DOMAIN_OVERHEAD_BYTES;
}
