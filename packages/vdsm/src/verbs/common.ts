/** The pool id of everything that belongs to no pool; hosted engine uses it throughout. */
export const BLANK_UUID = '00000000-0000-0000-0000-000000000000';

/** Lower-case textual UUID. */
export type Uuid = string;

/** An unsigned decimal number as text. VDSM sends most numbers so; the exact form is part of the protocol. */
export type DecimalText = string;

/** Parameters of a verb that takes none. */
export type NoParams = { readonly [none in never]: never };

/** `params.domainType` of storage verbs. */
export const STORAGE_TYPE = {
  NFS: 1,
  FCP: 2,
  ISCSI: 3,
  LOCALFS: 4,
  CIFS: 5,
  POSIXFS: 6,
  GLUSTERFS: 7,
} as const;
export type StorageTypeName = keyof typeof STORAGE_TYPE;
export type StorageType = (typeof STORAGE_TYPE)[StorageTypeName];

/** `params.domainClass` of storage verbs. */
export const DOMAIN_CLASS = { DATA: 1, ISO: 2, BACKUP: 3 } as const;

/** `params.volFormat` of Volume.create. */
export const VOLUME_FORMAT = { COW: 4, RAW: 5 } as const;

/** `params.preallocate` of Volume.create. */
export const VOLUME_ALLOCATION = { PREALLOCATED: 1, SPARSE: 2 } as const;

/** What a volume is for. HEVD, HESD, HEMD and HECI are hosted engine's own. */
export type DiskType =
  | 'DATA'
  | 'ISOF'
  | 'MEMD'
  | 'MEMM'
  | 'OVFS'
  | 'HEVD'
  | 'HESD'
  | 'HEMD'
  | 'HECI'
  | 'SCRD';

/** The four ids that name a volume, as most storage verbs spell them. */
export interface VolumeAddress {
  readonly volumeID: Uuid;
  readonly storagepoolID: Uuid;
  readonly storagedomainID: Uuid;
  readonly imageID: Uuid;
}
