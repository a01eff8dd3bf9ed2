/** How a long copy is watched, and ended. */
export interface CopyWatch {
  readonly signal: AbortSignal;
  /** Bytes, or other units that count up to `total`. Called often: the listener thins it out. */
  onProgress(done: number, total: number): void;
}

/** The one disk of an appliance, and where its bytes are. */
export interface ApplianceDisk {
  readonly format: 'raw' | 'qcow2' | 'vmdk';
  /** Bytes of the virtual disk. */
  readonly virtualSize: number;
  /** The archive, or the file itself when the appliance is a directory. */
  readonly path: string;
  /** Name within the archive; undefined for a file of a directory. */
  readonly member: string | undefined;
  /** Where it begins in `path`, and its bytes; undefined when only unpacking tells. */
  readonly offset: number | undefined;
  readonly storedSize: number;
  /** The disk is compressed once more within the archive. */
  readonly isGzip: boolean;
}

/** An appliance as its OVF describes it. */
export interface Appliance {
  readonly path: string;
  readonly name: string | undefined;
  readonly vCpus: number | undefined;
  readonly memoryMiB: number | undefined;
  readonly disk: ApplianceDisk;
  /** A manifest named digests, and they are right. */
  readonly isVerified: boolean;
}

/**
 * Appliances in OVF form: a directory, or a tar archive of it (OVA), compressed by gzip or not.
 *   P1. `inspect` reads every byte of it: what it accepts is whole, and as its manifest says.
 *   P2. Neither writes anything but the volume, and files below `scratch`, which are gone when it is done.
 * HE_ANSWER_INVALID: it cannot be used, and why. HE_FAILED: copying failed.
 */
export interface Appliances {
  /** `scratch`: the directory that copying will unpack to, if it has to; looked at for its free space. */
  inspect(path: string, scratch: string, watch: CopyWatch): Promise<Appliance>;
  /** Copies the disk onto an existing volume of zeros. */
  copyDisk(disk: ApplianceDisk, volume: string, scratch: string, watch: CopyWatch): Promise<void>;
}
