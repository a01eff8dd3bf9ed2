import { ENGINE_FQDN, type HostPlan, type NetworkPlan, PREFIX_LENGTH } from '../network-plan.js';

/** How the lab's cluster is made: what a person would answer to set-up's questions. */
export interface ClusterPlan {
  readonly network: NetworkPlan;
  /** Path of the storage in every host. */
  readonly storage: string;
  /** Path of the appliance's disk image in every host. */
  readonly image: string;
  readonly diskGb: number;
  readonly memoryMb: number;
  readonly vCpus: number;
  /** Seconds; the lease floor grows with 8 times this. */
  readonly ioTimeout: number;
  readonly adminPassword: string;
}

type Answers = Readonly<Record<string, string | number | boolean>>;

function hostAnswers(plan: ClusterPlan, host: HostPlan): Answers {
  return {
    'OVEHOSTED_CORE/deployProceed': true,
    'OVEHOSTED_CORE/confirmSettings': true,
    'OVEHOSTED_CORE/checkRequirements': false,
    'OVEHOSTED_STORAGE/domainType': 'posixfs',
    'OVEHOSTED_STORAGE/storageDomainConnection': plan.storage,
    'OVEHOSTED_STORAGE/vfsType': 'fuse.bindfs',
    'OVEHOSTED_STORAGE/mntOptions': 'direct_io',
    'OVEHOSTED_STORAGE/hostID': host.id,
    'OVEHOSTED_ENGINE/appHostName': host.name,
    'OVEHOSTED_ENGINE/adminPassword': plan.adminPassword,
    'OVEHOSTED_NETWORK/host_name': host.fqdn,
    'OVEHOSTED_VDSM/allowEmulation': true,
    'OVEHOSTED_VDSM/sanlockIoTimeout': plan.ioTimeout,
  };
}

function firstHostAnswers(plan: ClusterPlan): Answers {
  const { network } = plan;
  return {
    'OVEHOSTED_NETWORK/fqdn': ENGINE_FQDN,
    'OVEHOSTED_NETWORK/gateway': network.gateway,
    'OVEHOSTED_NETWORK/bridgeName': 'ovirtmgmt',
    'OVEHOSTED_STORAGE/imgSizeGB': plan.diskGb,
    'OVEHOSTED_VM/vmBoot': 'disk',
    'OVEHOSTED_VM/vmDiskImage': plan.image,
    'OVEHOSTED_VM/vmMemSizeMB': plan.memoryMb,
    'OVEHOSTED_VM/vmVCpus': plan.vCpus,
    'OVEHOSTED_VM/vmMACAddr': network.engineMac,
    'OVEHOSTED_VM/cloudinitVMStaticCIDR': `${network.engineAddress}/${PREFIX_LENGTH}`,
    'OVEHOSTED_VM/cloudinitVMDNS': network.gateway,
  };
}

function typed(value: string | number | boolean): string {
  if (typeof value === 'number') return `int:${value}`;
  if (typeof value === 'boolean') return `bool:${value ? 'True' : 'False'}`;
  return `str:${value}`;
}

/** The text of the answer file of a host; the first host of a cluster has more to say. */
export function answerFile(plan: ClusterPlan, host: HostPlan, isFirst: boolean): string {
  const answers = { ...hostAnswers(plan, host), ...(isFirst ? firstHostAnswers(plan) : {}) };
  const own = isFirst ? {} : { 'OVEHOSTED_CORE/isAdditionalHost': true };
  const lines = Object.entries({ ...answers, ...own })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${typed(value)}`);
  return `[environment:default]\n${lines.join('\n')}\n`;
}
