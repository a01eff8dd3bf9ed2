import { realpathSync } from 'node:fs';
import { type HostPlan, type NetworkPlan, networkPlan } from '../network-plan.js';
import { checkoutRoot, labPaths } from '../paths.js';
import type { BootPlan, HostBind } from './boot-script.js';
import { missingProgramFolder, planRoot } from './root-plan.js';

/** What a site is told when it is made. */
export interface SiteSetup {
  readonly labDir: string;
  readonly network: NetworkPlan;
  readonly binds: readonly HostBind[];
  readonly hasBridges: boolean;
  /** Machines on the network may boot from it. */
  readonly hasBootServer: boolean;
}

export function siteSetup(
  labDir: string,
  subnet: number,
  hostCount: number,
  binds: readonly HostBind[],
  hasBridges: boolean,
  hasBootServer: boolean,
): SiteSetup {
  return { labDir, network: networkPlan(subnet, hostCount), binds, hasBridges, hasBootServer };
}

/** Plans a boot from what the machine's folders hold now. */
export function freshBootPlan(setup: SiteSetup, host: HostPlan): BootPlan {
  const checkout = checkoutRoot();
  const paths = labPaths(setup.labDir);
  const pieces = planRoot([realpathSync(paths.dir), realpathSync(checkout)]);
  const nodePath = realpathSync(process.execPath);
  const nodeFolder = missingProgramFolder(nodePath, pieces);
  const nodeBinds = nodeFolder === undefined ? [] : [{ from: nodeFolder, to: nodeFolder }];
  return {
    host,
    hasBridge: setup.hasBridges,
    gateway: setup.network.gateway,
    hostDir: paths.hostDir(host.id),
    storageDir: paths.storage,
    checkout,
    nodePath,
    pieces,
    binds: [...nodeBinds, ...setup.binds],
  };
}
