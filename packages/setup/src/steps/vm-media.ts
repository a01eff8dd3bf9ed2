// Where the engine VM comes from: installed from a CD or over the network, or imported from an appliance or
// a plain disk image. Everything that is to be imported is read through before anything is changed.

import { checkStaticAddress } from '../checks/engine-name.js';
import { gigabytes } from '../checks/sizes.js';
import { PATHS } from '../paths.js';
import type { Appliance } from '../ports.js';
import type { Run } from '../run/run.js';
import type { Step } from '../run/step.js';
import { askIfMissing } from './ask.js';

export const VM_MEDIA: readonly Step[] = [
  { id: 'vm-media', stage: 'customization', role: 'first', do: askMedia },
  {
    id: 'vm-media',
    stage: 'customization',
    role: 'additional',
    // The first host has installed it.
    do: async (run) => run.answers.set('OVEHOSTED_VM/vmBoot', 'disk', 'default'),
  },
];

/** What an engine calls SPICE is its display `qxl`; other words for it end here. */
export const CONSOLE_TYPE: Step = {
  id: 'console-kind',
  stage: 'customization',
  role: 'first',
  do: async ({ answers }) => {
    const name = 'OVEHOSTED_VDSM/consoleType';
    if (answers.get(name) !== 'vnc') answers.set(name, 'qxl', 'default');
  },
};

async function askMedia(run: Run): Promise<void> {
  const { answers, world } = run;
  checkStaticAddress(answers);
  const isImport =
    answers.find('OVEHOSTED_VM/vmDiskImage') !== undefined ||
    answers.find('OVEHOSTED_VM/ovfArchive') !== undefined;
  // Whoever gives an image has said what to boot from.
  if (isImport && answers.source('OVEHOSTED_VM/vmBoot') === undefined) {
    answers.set('OVEHOSTED_VM/vmBoot', 'disk', 'default');
  }
  switch (await askIfMissing(run, 'OVEHOSTED_VM/vmBoot')) {
    case 'cdrom':
      await askIfMissing(run, 'OVEHOSTED_VM/vmCDRom', {
        check: async (path) => {
          await world.images.checkMedium(path);
          return [];
        },
      });
      break;
    case 'disk':
      await askImport(run);
      break;
    default:
      // The network tells the VM by itself what to boot.
      break;
  }
}

async function askImport(run: Run): Promise<void> {
  const { answers, world } = run;
  if (answers.find('OVEHOSTED_VM/vmDiskImage') !== undefined) {
    await askIfMissing(run, 'OVEHOSTED_VM/vmDiskImage', {
      check: async (path) => {
        run.found.medium = { diskBytes: (await world.images.inspect(path)).virtualSize };
        return [];
      },
    });
    return;
  }
  await askIfMissing(run, 'OVEHOSTED_VM/ovfArchive', {
    fallback: PATHS.appliance,
    check: async (path) => {
      const appliance = await inspectAppliance(run, path);
      run.found.appliance = appliance;
      run.found.medium = {
        diskBytes: appliance.disk.virtualSize,
        ...(appliance.vCpus === undefined ? {} : { vCpus: appliance.vCpus }),
        ...(appliance.memoryMiB === undefined ? {} : { memoryMB: appliance.memoryMiB }),
      };
      run.dialog.info(`The appliance is whole: ${describe(appliance)}`);
      return appliance.isVerified ? [] : [`${path} has no manifest: its checksums are not known`];
    },
  });
}

async function inspectAppliance(run: Run, path: string): Promise<Appliance> {
  return run.world.appliances.inspect(path, run.answers.get('OVEHOSTED_CORE/tempDir'), {
    signal: run.signal,
    onProgress: (done, total) => run.dialog.progress('Checking the appliance', done, total),
  });
}

function describe({ name, vCpus, memoryMiB, disk }: Appliance): string {
  const parts = [
    name ?? 'without a name',
    ...(vCpus === undefined ? [] : [`${vCpus} CPUs`]),
    ...(memoryMiB === undefined ? [] : [`${memoryMiB} MB of memory`]),
    `a disk of ${gigabytes(disk.virtualSize)} GB`,
  ];
  return parts.join(', ');
}

/** Fills the engine's volume, which holds zeros, with what was settled above. */
export async function importDisk(run: Run, volume: string): Promise<void> {
  const { answers, found, world } = run;
  if (answers.get('OVEHOSTED_VM/vmBoot') !== 'disk') return;
  const watch = {
    signal: run.signal,
    onProgress: (done: number, total: number) => {
      run.dialog.progress('Copying the disk of the engine VM', done, total);
    },
  };
  if (found.appliance === undefined) {
    await world.images.copyToVolume(answers.get('OVEHOSTED_VM/vmDiskImage'), volume, watch);
    return;
  }
  const scratch = answers.get('OVEHOSTED_CORE/tempDir');
  await world.appliances.copyDisk(found.appliance.disk, volume, scratch, watch);
}
