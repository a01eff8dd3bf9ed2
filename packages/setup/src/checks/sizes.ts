import { HeError } from '@hosted-engine/ports';
import type { AnswerSet } from '../answers/answer-set.js';
import { invalidAnswer } from '../answers/read-value.js';

/** Recommended minimum of a VM that runs the whole of an oVirt engine (setup-flow C.5). */
const MINIMUM = { vCpus: 2, diskGB: 25, memoryMB: 4096 } as const;

const GIB = 1024 ** 3;
/** Lease areas, mailboxes and the three small volumes beside the VM's disk. */
const DOMAIN_OVERHEAD_BYTES = GIB;
/** Storage with less is refused as soon as it is named (setup-flow C.1). */
const FREE_MIN_BYTES = 20 * GIB;

/** More than this host has: HE_ANSWER_INVALID. Fewer than recommended is a warning, as with the others. */
export function checkVCpus(answers: AnswerSet, cpuCount: number): string[] {
  const vCpus = answers.get('OVEHOSTED_VM/vmVCpus');
  if (vCpus > cpuCount) {
    throw invalidAnswer(
      'OVEHOSTED_VM/vmVCpus',
      `${vCpus} virtual CPUs, but this host has ${cpuCount}`,
    );
  }
  return belowMinimum(answers, 'virtual CPUs', vCpus, MINIMUM.vCpus, '');
}

export function checkMemory(answers: AnswerSet, freeMiB: number): string[] {
  const memoryMB = answers.get('OVEHOSTED_VM/vmMemSizeMB');
  const isMore = memoryMB > freeMiB;
  const available = `The VM is to have ${memoryMB} MB of memory, but only ${freeMiB} MB are available now`;
  return [
    ...(isMore ? [available] : []),
    ...belowMinimum(answers, 'memory size', memoryMB, MINIMUM.memoryMB, ' MB'),
  ];
}

/** `imageBytes`: what is copied onto the disk and has to fit; undefined: nothing is. */
export function checkDisk(answers: AnswerSet, imageBytes: number | undefined): string[] {
  const diskGB = answers.get('OVEHOSTED_STORAGE/imgSizeGB');
  if (imageBytes !== undefined && imageBytes > diskGB * GIB) {
    throw invalidAnswer(
      'OVEHOSTED_STORAGE/imgSizeGB',
      `${diskGB} GB are too small for the disk image, which needs ${gigabytes(imageBytes)} GB`,
    );
  }
  return belowMinimum(answers, 'disk size', diskGB, MINIMUM.diskGB, ' GB');
}

function belowMinimum(
  answers: AnswerSet,
  what: string,
  value: number,
  minimum: number,
  unit: string,
): string[] {
  if (value >= minimum || !answers.get('OVEHOSTED_CORE/checkRequirements')) return [];
  return [`Minimum requirements for ${what} not met: ${value}${unit} of ${minimum}${unit}`];
}

/** Whole GB that hold so many bytes. */
export function gigabytes(bytes: number): number {
  return Math.ceil(bytes / GIB);
}

/** Bytes that must be free on the storage, so that the VM's disk can grow to its full size. */
export function bytesNeeded(answers: AnswerSet): number {
  return answers.get('OVEHOSTED_STORAGE/imgSizeGB') * GIB + DOMAIN_OVERHEAD_BYTES;
}

export function storageTooSmall(freeBytes: number, neededBytes: number): HeError {
  const [free, needed] = [freeBytes, neededBytes].map((bytes) => (bytes / GIB).toFixed(1));
  return new HeError(
    'HE_STORAGE_INVALID',
    `the storage is too small: ${free} GiB are free, ${needed} GiB are needed`,
    { remedy: 'free some space there, or give a smaller OVEHOSTED_STORAGE/imgSizeGB' },
  );
}

/** The same before the disk's size has been asked for. */
export function bytesNeededAtLeast(answers: AnswerSet, isSizeAskedLater: boolean): number {
  return isSizeAskedLater ? FREE_MIN_BYTES : bytesNeeded(answers);
}
