import type { ProcessRunner } from '@hosted-engine/ports';
import type { Appliances } from '@hosted-engine/setup';
import { copyDisk } from './appliance/copy-disk.js';
import { inspectAppliance } from './appliance/inspect.js';

export function createAppliances(runner: ProcessRunner): Appliances {
  return {
    inspect: inspectAppliance,
    copyDisk: (disk, volume, scratch, watch) => copyDisk(runner, disk, volume, scratch, watch),
  };
}
