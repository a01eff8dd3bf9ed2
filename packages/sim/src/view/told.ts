import type { LogLine } from '../world/world.js';

const TOLD =
  /^(==|power|qemu|VIOLATION|libvirt: (migr|the guest)|agent: \w+ ->|daemon: (?!started))/;

/** Whether a line of the log is worth its place on a screen: what went wrong, what was decided, what became of it. */
export function isTold({ text }: LogLine): boolean {
  return TOLD.test(text);
}
