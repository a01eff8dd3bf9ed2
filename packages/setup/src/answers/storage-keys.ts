import type { AnswerKey, AnswerKeys } from './answer-key.js';
import * as rules from './rules.js';

function storageUuid(what: string) {
  return {
    type: 'str',
    scope: 'cluster',
    meaning: `the UUID of ${what}`,
    whenAbsent: 'random',
    rule: rules.uuid,
  } as const satisfies AnswerKey;
}

export const STORAGE_KEYS = {
  'OVEHOSTED_STORAGE/domainType': {
    type: 'str',
    scope: 'cluster',
    meaning: 'the kind of shared storage',
    fallback: 'nfs',
    rule: rules.oneOf('nfs', 'nfs3', 'nfs4', 'posixfs', 'glusterfs'),
  },
  'OVEHOSTED_STORAGE/storageDomainConnection': {
    type: 'str',
    scope: 'cluster',
    meaning: 'the full shared storage connection path (example: host:/path)',
    isRequired: true,
    rule: rules.notEmpty,
    prompt: 'Please specify the full shared storage connection path to use (example: host:/path):',
  },
  'OVEHOSTED_STORAGE/vfsType': {
    type: 'str',
    scope: 'cluster',
    meaning: 'the file system type to mount (domainType posixfs)',
    rule: rules.plainWord,
  },
  'OVEHOSTED_STORAGE/mntOptions': {
    type: 'str',
    scope: 'cluster',
    meaning: 'the mount options of the shared storage',
    rule: rules.mountOptions,
  },
  'OVEHOSTED_STORAGE/storageDomainName': {
    type: 'str',
    scope: 'cluster',
    meaning: 'the storage domain name',
    fallback: 'hosted_storage',
    rule: rules.name,
    prompt: 'Please provide storage domain name [@DEFAULT@]:',
  },
  'OVEHOSTED_STORAGE/storageDatacenterName': {
    type: 'str',
    scope: 'cluster',
    meaning: 'the local storage datacenter name',
    fallback: 'hosted_datacenter',
    rule: rules.name,
    prompt: 'Local storage datacenter name [@DEFAULT@]:',
  },
  'OVEHOSTED_STORAGE/hostID': {
    type: 'int',
    scope: 'host',
    meaning: 'the host id of this host, used by no other',
    whenAbsent: 'the lowest free one',
    rule: rules.hostId,
    prompt: 'Please specify the Host ID [Must be integer, default: @DEFAULT@]:',
  },
  'OVEHOSTED_STORAGE/imgSizeGB': {
    type: 'int',
    scope: 'cluster',
    meaning: 'the disk size of the VM in GB',
    fallback: 25,
    rule: rules.between(1, 65536),
    prompt:
      'Please specify the disk size of the VM in GB [Defaults to minimum requirement: @DEFAULT@]:',
  },
  'OVEHOSTED_STORAGE/imgDesc': {
    type: 'str',
    scope: 'cluster',
    meaning: "the description of the VM's disk",
    fallback: 'Hosted Engine Image',
    rule: rules.notEmpty,
  },
  'OVEHOSTED_STORAGE/connectionUUID': storageUuid('the storage connection'),
  'OVEHOSTED_STORAGE/sdUUID': storageUuid('the storage domain'),
  'OVEHOSTED_STORAGE/spUUID': storageUuid('the storage pool of the set-up'),
  'OVEHOSTED_STORAGE/imgUUID': storageUuid("the image of the VM's disk"),
  'OVEHOSTED_STORAGE/volUUID': storageUuid("the volume of the VM's disk"),
  'OVEHOSTED_STORAGE/lockspaceImageUUID': storageUuid('the lockspace image'),
  'OVEHOSTED_STORAGE/lockspaceVolumeUUID': storageUuid('the lockspace volume'),
  'OVEHOSTED_STORAGE/metadataImageUUID': storageUuid('the metadata image'),
  'OVEHOSTED_STORAGE/metadataVolumeUUID': storageUuid('the metadata volume'),
  'OVEHOSTED_STORAGE/confImageUUID': storageUuid('the configuration image'),
  'OVEHOSTED_STORAGE/confVolUUID': storageUuid('the configuration volume'),
} as const satisfies AnswerKeys;
