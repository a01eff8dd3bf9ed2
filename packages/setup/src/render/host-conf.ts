import type { HostedEngineConf } from '@hosted-engine/formats';
import { BLANK_UUID } from '@hosted-engine/vdsm';
import type { AnswerSet } from '../answers/answer-set.js';
import { PATHS } from '../paths.js';
import { storageTarget } from '../storage-target.js';

/** hosted-engine.conf of the host with the host id of these answers. */
export function hostedEngineConf(answers: AnswerSet): HostedEngineConf {
  const target = storageTarget(answers);
  const isNfs = /^nfs/.test(target.domainType);
  return {
    fqdn: answers.get('OVEHOSTED_NETWORK/fqdn'),
    vmId: answers.get('OVEHOSTED_VM/vmUUID'),
    engineDisk: {
      imageId: answers.get('OVEHOSTED_STORAGE/imgUUID'),
      volumeId: answers.get('OVEHOSTED_STORAGE/volUUID'),
    },
    lockspace: {
      imageId: answers.get('OVEHOSTED_STORAGE/lockspaceImageUUID'),
      volumeId: answers.get('OVEHOSTED_STORAGE/lockspaceVolumeUUID'),
    },
    metadata: {
      imageId: answers.get('OVEHOSTED_STORAGE/metadataImageUUID'),
      volumeId: answers.get('OVEHOSTED_STORAGE/metadataVolumeUUID'),
    },
    configuration: {
      imageId: answers.get('OVEHOSTED_STORAGE/confImageUUID'),
      volumeId: answers.get('OVEHOSTED_STORAGE/confVolUUID'),
    },
    storage: target.connection,
    domainType: confDomainType(target.domainType),
    mntOptions: target.mountOptions,
    vfsType: target.vfsType,
    nfsVersion: isNfs ? nfsVersion(target.domainType) : undefined,
    sdUuid: answers.get('OVEHOSTED_STORAGE/sdUUID'),
    // The VM and the HA daemon do without a pool.
    spUuid: BLANK_UUID,
    connectionUuid: answers.get('OVEHOSTED_STORAGE/connectionUUID'),
    hostId: answers.get('OVEHOSTED_STORAGE/hostID'),
    vmConfPath: PATHS.vmConf,
    gateway: answers.get('OVEHOSTED_NETWORK/gateway'),
    bridge: answers.get('OVEHOSTED_NETWORK/bridgeName'),
    console: answers.get('OVEHOSTED_VDSM/consoleType'),
    vdsmUseSsl: true,
    networkTest: answers.get('OVEHOSTED_NETWORK/network_test'),
    tcpTestAddress: answers.find('OVEHOSTED_NETWORK/network_test_tcp_address'),
    tcpTestPort: answers.find('OVEHOSTED_NETWORK/network_test_tcp_port'),
    networkTestTargets: answers.find('OVEHOSTED_NETWORK/network_test_targets'),
    networkTestRequired: undefined,
    serviceStartTimeS: undefined,
  };
}

function confDomainType(domainType: string): HostedEngineConf['domainType'] {
  if (domainType === 'posixfs' || domainType === 'glusterfs') return domainType;
  return 'nfs';
}

function nfsVersion(domainType: string): string {
  if (domainType === 'nfs4') return 'v4';
  return domainType === 'nfs3' ? 'v3' : 'auto';
}

/** broker.conf: where notifications go, and which state changes are told. */
export function brokerConf(answers: AnswerSet): string {
  return [
    '[email]',
    `smtp-server = ${answers.get('OVEHOSTED_NOTIF/smtpServer')}`,
    `smtp-port = ${answers.get('OVEHOSTED_NOTIF/smtpPort')}`,
    `source-email = ${answers.get('OVEHOSTED_NOTIF/sourceEmail')}`,
    `destination-emails = ${answers.get('OVEHOSTED_NOTIF/destEmail')}`,
    '',
    '[notify]',
    'state_transition = maintenance|start|stop|migrate|up|down',
    '',
  ].join('\n');
}
