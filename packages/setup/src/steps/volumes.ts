import { HOST_ID_MAX, SLOT_SIZE } from '@hosted-engine/ports';
import { BLANK_UUID, type DiskType, VOLUME_ALLOCATION, VOLUME_FORMAT } from '@hosted-engine/vdsm';
import type { AnswerName } from '../answers/catalogue.js';
import { hostdOf } from '../run/hostd-of.js';
import { finding, type Run } from '../run/run.js';
import { keep, type Step } from '../run/step.js';
import { HA_LOCKSPACE, VOLUME_DESCRIPTIONS } from '../shared-domain.js';
import { attempt, finishTask } from './tasks.js';
import { importDisk } from './vm-media.js';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
/** The whole whiteboard is 2001 slots of 4 KiB, the lockspace 2000 sectors, the configuration 20 KiB. */
const SMALL_VOLUME_SIZE = 16 * MIB;

type UuidName = Extract<AnswerName, `OVEHOSTED_STORAGE/${string}UUID`>;

export interface VolumeNames {
  readonly image: UuidName;
  readonly volume: UuidName;
}

export const ENGINE_DISK: VolumeNames = {
  image: 'OVEHOSTED_STORAGE/imgUUID',
  volume: 'OVEHOSTED_STORAGE/volUUID',
};
export const LOCKSPACE_VOLUME: VolumeNames = {
  image: 'OVEHOSTED_STORAGE/lockspaceImageUUID',
  volume: 'OVEHOSTED_STORAGE/lockspaceVolumeUUID',
};
export const METADATA_VOLUME: VolumeNames = {
  image: 'OVEHOSTED_STORAGE/metadataImageUUID',
  volume: 'OVEHOSTED_STORAGE/metadataVolumeUUID',
};
export const CONFIGURATION_VOLUME: VolumeNames = {
  image: 'OVEHOSTED_STORAGE/confImageUUID',
  volume: 'OVEHOSTED_STORAGE/confVolUUID',
};

/** They are made anew only with the whole domain: see its step. */
export const VOLUME_STEPS: readonly Step[] = [
  {
    id: 'small-volumes',
    stage: 'misc',
    role: 'first',
    line: 'Verifying sanlock lockspace initialization',
    do: createSmallVolumes,
    resume: keep,
  },
  {
    id: 'lockspace',
    stage: 'misc',
    role: 'first',
    line: 'Initializing sanlock lockspace',
    do: initLockspace,
    resume: keep,
  },
  {
    id: 'metadata',
    stage: 'misc',
    role: 'first',
    line: 'Initializing sanlock metadata',
    do: zeroMetadata,
    resume: keep,
  },
  {
    id: 'vm-image',
    stage: 'misc',
    role: 'first',
    line: 'Creating VM Image',
    do: createVmImage,
    resume: keep,
  },
];

async function createSmallVolumes(run: Run): Promise<void> {
  const volumes: readonly (readonly [VolumeNames, DiskType, string])[] = [
    [LOCKSPACE_VOLUME, 'HESD', VOLUME_DESCRIPTIONS.lockspace],
    [METADATA_VOLUME, 'HEMD', VOLUME_DESCRIPTIONS.metadata],
    [CONFIGURATION_VOLUME, 'HECI', VOLUME_DESCRIPTIONS.configuration],
  ];
  for (const [names, diskType, desc] of volumes) {
    // Preallocated: a whiteboard that cannot be written for want of space would look like a dead host.
    await createVolume(run, names, {
      size: String(SMALL_VOLUME_SIZE),
      preallocate: VOLUME_ALLOCATION.PREALLOCATED,
      diskType,
      desc,
    });
  }
}

interface VolumeShape {
  readonly size: string;
  readonly preallocate: number;
  readonly diskType: DiskType;
  readonly desc: string;
}

async function createVolume(run: Run, names: VolumeNames, shape: VolumeShape): Promise<void> {
  const hostd = finding(run, 'hostd');
  await attempt(`cannot create the volume '${shape.desc}'`, async () => {
    const task = await hostd.call('Volume.create', {
      volumeID: run.answers.get(names.volume),
      storagepoolID: run.answers.get('OVEHOSTED_STORAGE/spUUID'),
      storagedomainID: run.answers.get('OVEHOSTED_STORAGE/sdUUID'),
      imageID: run.answers.get(names.image),
      volFormat: VOLUME_FORMAT.RAW,
      ...shape,
    });
    await finishTask(run, hostd, task);
  });
}

/** The path of a volume on this host, valid until it is torn down or the storage disconnected. */
export async function preparedPath(run: Run, names: VolumeNames): Promise<string> {
  const prepared = await attempt('cannot prepare a volume', () =>
    hostdOf(run).call('Image.prepare', {
      storagepoolID: BLANK_UUID,
      storagedomainID: run.answers.get('OVEHOSTED_STORAGE/sdUUID'),
      imageID: run.answers.get(names.image),
      volumeID: run.answers.get(names.volume),
    }),
  );
  return prepared.path;
}

async function initLockspace(run: Run): Promise<void> {
  const path = await preparedPath(run, LOCKSPACE_VOLUME);
  const area = { lockspace: HA_LOCKSPACE, path, offset: 0 };
  // Formatted with the value that hosts join with, or they misjudge each other's death.
  const ioTimeoutS = run.answers.get('OVEHOSTED_VDSM/sanlockIoTimeout');
  await run.world.lockspaces.writeLockspace(area, ioTimeoutS);
}

async function zeroMetadata(run: Run): Promise<void> {
  const path = await preparedPath(run, METADATA_VOLUME);
  await run.world.files.overwrite(path, new Uint8Array((HOST_ID_MAX + 1) * SLOT_SIZE), 0);
}

async function createVmImage(run: Run): Promise<void> {
  const { answers } = run;
  await createVolume(run, ENGINE_DISK, {
    size: String(answers.get('OVEHOSTED_STORAGE/imgSizeGB') * GIB),
    preallocate: VOLUME_ALLOCATION.SPARSE,
    diskType: 'HEVD',
    desc: answers.get('OVEHOSTED_STORAGE/imgDesc'),
  });
  await importDisk(run, await preparedPath(run, ENGINE_DISK));
}
