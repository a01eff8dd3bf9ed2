import type { DecimalText, DiskType, Uuid, VolumeAddress } from './common.js';

export interface VolumeLease {
  readonly path: string;
  readonly offset: number;
  /** Host ids; empty when the lease is free. */
  readonly owners: readonly number[];
  /** sanlock's lease version: grows with each acquisition. */
  readonly version: number;
}

export interface VolumeInfo {
  readonly uuid: Uuid;
  readonly type: 'SPARSE' | 'PREALLOCATED' | 'UNKNOWN';
  readonly format: 'RAW' | 'COW' | 'UNKNOWN';
  readonly disktype: DiskType | string;
  readonly voltype: 'LEAF' | 'INTERNAL' | 'SHARED';
  /** Bytes. */
  readonly capacity: DecimalText;
  readonly parent: Uuid;
  readonly description: string;
  /** Always empty in format V5. */
  readonly pool: string;
  readonly domain: Uuid;
  readonly image: Uuid;
  /** Epoch seconds. */
  readonly ctime: DecimalText;
  readonly mtime: DecimalText;
  readonly legality: string;
  readonly generation: number;
  readonly sequence: number;
  /** Bytes. */
  readonly apparentsize: DecimalText;
  readonly truesize: DecimalText;
  readonly status: 'OK' | 'INVALID' | 'ILLEGAL';
  readonly lease?: VolumeLease;
  readonly children: readonly Uuid[];
}

export interface VolumeSize {
  /** Bytes. */
  readonly apparentsize: DecimalText;
  readonly truesize: DecimalText;
}

interface ImageAddress {
  readonly storagepoolID: Uuid;
  readonly storagedomainID: Uuid;
  readonly imageID: Uuid;
}

export interface VolumeVerbs {
  /** Gives a task. 212 volume exists; VDSM itself also wants a connected pool (309) and SPM (654). */
  'Volume.create': {
    params: VolumeAddress & {
      /** Bytes, as text. */
      readonly size: DecimalText;
      /** VOLUME_FORMAT. */
      readonly volFormat: number;
      /** VOLUME_ALLOCATION. */
      readonly preallocate: number;
      readonly diskType: DiskType | string;
      readonly desc: string;
      readonly srcImgUUID?: Uuid;
      readonly srcVolUUID?: Uuid;
      readonly initialSize?: DecimalText;
      readonly addBitmaps?: boolean;
      readonly legal?: boolean;
      readonly sequence?: number;
      readonly bitmap?: string;
    };
    result: Uuid;
  };
  'Volume.getInfo': { params: VolumeAddress; result: VolumeInfo };
  'Volume.getSize': { params: VolumeAddress; result: VolumeSize };
  /** Gives a task. */
  'Volume.delete': {
    params: VolumeAddress & { readonly postZero?: boolean; readonly force?: boolean };
    result: Uuid;
  };
  'Volume.setDescription': {
    params: VolumeAddress & { readonly description: string };
    result: true;
  };
}

export interface ImageVerbs {
  /** The path that QEMU may open. 201 no such volume, 254 no such image, 358 no such domain. */
  'Image.prepare': {
    params: ImageAddress & { readonly volumeID: Uuid; readonly allowIllegal?: boolean };
    result: { readonly path: string };
  };
  'Image.teardown': { params: ImageAddress & { readonly volumeID?: Uuid }; result: true };
  'Image.getVolumes': { params: ImageAddress; result: readonly Uuid[] };
  /** Gives a task. */
  'Image.delete': {
    params: ImageAddress & {
      readonly postZero?: boolean;
      readonly force?: boolean;
      readonly discard?: boolean;
    };
    result: Uuid;
  };
}

/** A lease of dom_md/xleases. */
export interface LeaseAddress {
  readonly sd_id: Uuid;
  readonly lease_id: Uuid;
}

export interface LeaseVerbs {
  /** Gives a task; creating an existing lease succeeds. */
  'Lease.create': {
    params: {
      readonly lease: LeaseAddress;
      readonly metadata?: Readonly<Record<string, unknown>>;
    };
    result: Uuid;
  };
  /** Gives a task; deleting a missing lease succeeds. */
  'Lease.delete': { params: { readonly lease: LeaseAddress }; result: Uuid };
  /** 936 no such lease. */
  'Lease.info': {
    params: { readonly lease: LeaseAddress };
    result: LeaseAddress & { readonly path: string; readonly offset: number };
  };
  'Lease.status': {
    params: { readonly lease: LeaseAddress };
    result: {
      readonly owners: readonly number[];
      readonly version: number;
      readonly metadata?: Readonly<Record<string, unknown>>;
    };
  };
}
