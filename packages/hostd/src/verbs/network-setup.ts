import type { VerbHandlers } from '@hosted-engine/vdsm';
import type { HostNetworks } from '../network/host-networks.js';
import { networkChange, refusal } from '../network/network-change.js';
import { flagParameter, invalid, secondsParameter } from './parameter.js';

type NetworkVerbs = Pick<
  VerbHandlers,
  'Host.setupNetworks' | 'Host.setSafeNetworkConfig' | 'Host.confirmConnectivity' | 'Host.ping'
>;

const CONFIRM_WITHIN_S = 120;

export function networkSetupVerbs(networks: HostNetworks): NetworkVerbs {
  const confirm = async (): Promise<true> => {
    networks.confirm();
    return true;
  };
  return {
    'Host.setupNetworks': async ({ networks: given, bondings, options }) => {
      const definitions = Object.entries(mapOf('networks', given));
      if (Object.keys(mapOf('bondings', bondings)).length > 0) {
        throw refusal('networkBonding', 'bonds are not made by this daemon: make them first');
      }
      const { connectivityCheck, connectivityTimeout, commitOnSuccess } = options ?? {};
      const isChecked = flagParameter('connectivityCheck', connectivityCheck, false);
      const withinS = secondsParameter(
        'connectivityTimeout',
        connectivityTimeout,
        CONFIRM_WITHIN_S,
      );
      await networks.setup(
        definitions.map(([name, definition]) => networkChange(name, definition)),
        {
          confirmWithinS: isChecked ? withinS : undefined,
          saveOnSuccess: flagParameter('commitOnSuccess', commitOnSuccess, false),
        },
      );
      return true;
    },
    'Host.setSafeNetworkConfig': async () => {
      await networks.save();
      return true;
    },
    // Old clients confirm by a plain ping (vdsm.md B1).
    'Host.ping': confirm,
    'Host.confirmConnectivity': confirm,
  };
}

function mapOf<T>(name: string, value: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw invalid(name, 'is no map');
}
