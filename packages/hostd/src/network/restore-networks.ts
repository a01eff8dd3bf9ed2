import { type Clock, HeError, type Log } from '@hosted-engine/ports';
import { createPlan } from './bridge-plan.js';
import type { IpTool } from './ip-tool.js';
import type { NetworkStore, SavedBridge } from './network-store.js';

/** A driver may take its time to find its card. */
const PORT_WAIT_S = 60;
const PORT_POLL_MS = 500;

/**
 * Makes the saved networks again after a boot. Whatever the distribution has meanwhile given the port is
 * replaced by what was saved, so that nobody's address is there twice. A bridge that is there is left.
 * Resolves with the names of those that could not be made.
 */
export async function restoreNetworks(
  ip: IpTool,
  store: NetworkStore,
  clock: Clock,
  log: Log,
): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const [name, saved] of Object.entries(await store.persisted())) {
    try {
      await restore(ip, store, clock, log, name, saved);
    } catch (thrown) {
      if (!(thrown instanceof HeError)) throw thrown;
      log.error(`cannot make network ${name}: ${thrown.message}`);
      failed.push(name);
    }
  }
  return failed;
}

async function restore(
  ip: IpTool,
  store: NetworkStore,
  clock: Clock,
  log: Log,
  bridge: string,
  saved: SavedBridge,
): Promise<void> {
  const { port, addrGenMode } = saved;
  await untilPort(ip, clock, port);
  const { links, config } = await ip.state();
  const link = links.find(({ ifname }) => ifname === port);
  if (link === undefined) throw new HeError('HE_FAILED', `interface ${port} is gone again`);
  await store.setRunning({ ...(await store.running()), [bridge]: { port, addrGenMode } });
  if (link.master === bridge) {
    log.info(`network ${bridge} is there already`);
    return;
  }
  const { mac, mtu, stp } = saved;
  const ports = { bridge, port, mac, mtu, stp, addrGenMode };
  const complaints = await ip.force(createPlan(ports, config(link), saved.config).commands);
  const now = await ip.links();
  if (now.find(({ ifname }) => ifname === port)?.master !== bridge) {
    throw new HeError('HE_FAILED', complaints);
  }
  log.info(`network ${bridge} is made again`, { port, complaints });
}

async function untilPort(ip: IpTool, clock: Clock, port: string): Promise<void> {
  const endS = clock.monotonicS() + PORT_WAIT_S;
  while (!(await ip.links()).some(({ ifname }) => ifname === port)) {
    if (clock.monotonicS() >= endS) {
      throw new HeError('HE_FAILED', `interface ${port} did not appear within ${PORT_WAIT_S} s`);
    }
    await clock.sleep(PORT_POLL_MS);
  }
}
