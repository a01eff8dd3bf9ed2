import type {
  HardwareInfo,
  HostCapabilities,
  HostStats,
  NetworkCapabilities,
  VerbHandlers,
} from '@hosted-engine/vdsm';
import { textParameter } from './parameter.js';

/** What this host tells of itself. */
export interface HostInfo {
  /** `callerReached`: this host's own address that the caller used. */
  capabilities(callerReached: string): Promise<HostCapabilities>;
  networkCapabilities(): Promise<NetworkCapabilities>;
  stats(): Promise<HostStats>;
  hardware(): Promise<HardwareInfo>;
}

type HostInfoVerbs = Pick<
  VerbHandlers,
  | 'Host.ping2'
  | 'Host.echo'
  | 'Host.getCapabilities'
  | 'Host.getNetworkCapabilities'
  | 'Host.getStats'
  | 'Host.getHardwareInfo'
>;

export function hostInfoVerbs(host: HostInfo): HostInfoVerbs {
  return {
    'Host.ping2': async () => true,
    'Host.echo': async ({ message }) => textParameter('message', message),
    'Host.getCapabilities': (_params, { localAddress }) => host.capabilities(localAddress),
    'Host.getNetworkCapabilities': () => host.networkCapabilities(),
    'Host.getStats': () => host.stats(),
    'Host.getHardwareInfo': () => host.hardware(),
  };
}
