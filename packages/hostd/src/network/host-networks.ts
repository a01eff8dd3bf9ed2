// Networks of this host as Host.setupNetworks makes them.
//
//   N1. One change at a time; a second one is refused (40).
//   N2. How to take a change back is on disk before it is made. Whatever ends this daemon, its next start
//       takes back what was not confirmed; so does an orderly stop.
//   N3. A checked change that nobody confirms in time is taken back by this daemon alone.
//   N4. Only bridges of its own making are removed.

import { type IpLink, unfitness } from '@hosted-engine/core';
import { type Clock, type Log, messageOf } from '@hosted-engine/ports';
import { VDSM_CODE, VdsmError } from '@hosted-engine/vdsm';
import { type BridgePlan, type BridgePorts, createPlan, removePlan } from './bridge-plan.js';
import { withFixedAddress } from './device-config.js';
import type { IpTool, NetworkState } from './ip-tool.js';
import { type BridgeWanted, type NetworkChange, refusal } from './network-change.js';
import type { NetworkStore, OwnBridge, SavedBridge } from './network-store.js';

export interface HostNetworks {
  setup(changes: readonly NetworkChange[], options: ChangeOptions): Promise<void>;
  /** Connectivity is there: the change that waits for this word stays. */
  confirm(): void;
  /** Makes the networks as they are now outlive a reboot. */
  save(): Promise<void>;
  /** Takes back what the previous run of this daemon left unconfirmed. */
  recover(): Promise<void>;
  /** Takes back a change that still waits. */
  close(): Promise<void>;
}

export interface ChangeOptions {
  /** Undefined: nobody has to confirm. */
  readonly confirmWithinS: number | undefined;
  readonly saveOnSuccess: boolean;
}

export interface NetworkDeps {
  readonly ip: IpTool;
  readonly store: NetworkStore;
  readonly clock: Clock;
  readonly log: Log;
}

type OwnBridges = Record<string, OwnBridge>;

interface Planned {
  readonly plan: BridgePlan;
  readonly bridges: OwnBridges;
}

export function createHostNetworks({ ip, store, clock, log }: NetworkDeps): HostNetworks {
  let current: Promise<void> | undefined;
  let waiting: AbortController | undefined;
  let isConfirmed = false;

  async function change(changes: readonly NetworkChange[], options: ChangeOptions): Promise<void> {
    const before = await store.running();
    let bridges: OwnBridges = { ...before };
    let undo: readonly string[] = [];
    try {
      for (const one of changes) {
        const planned = plan(one, await ip.state(), bridges);
        if (planned === undefined) continue;
        undo = [...planned.plan.undo, ...undo];
        await store.setPending({ undo, bridges: before });
        log.info('changing the network', {
          network: one.name,
          commands: planned.plan.commands.join('; '),
        });
        await ip.apply(planned.plan.commands);
        bridges = planned.bridges;
        await store.setRunning(bridges);
      }
      if (options.confirmWithinS !== undefined && undo.length > 0) {
        await confirmation(options.confirmWithinS);
      }
    } catch (thrown) {
      await takeBack(undo, before);
      if (thrown instanceof VdsmError) throw thrown;
      throw refusal('networkBridge', `the network was not changed: ${messageOf(thrown)}`);
    }
    await store.setPending(undefined);
    if (options.saveOnSuccess) await save();
  }

  /** Rejects with 10 when nobody confirms in time. */
  async function confirmation(withinS: number): Promise<void> {
    waiting = new AbortController();
    isConfirmed = false;
    await clock.sleep(withinS * 1000, waiting.signal);
    waiting = undefined;
    if (isConfirmed) return;
    throw new VdsmError(
      VDSM_CODE.noConnectionToPeer,
      `connectivity was not confirmed within ${withinS} s: the network is as it was before`,
    );
  }

  async function takeBack(undo: readonly string[], before: Readonly<OwnBridges>): Promise<void> {
    if (undo.length === 0) return;
    const complaints = await ip.force(undo);
    log.warn('the network was set back', { commands: undo.join('; '), complaints });
    await store.setRunning(before);
    await store.setPending(undefined);
  }

  async function save(): Promise<void> {
    const own = await store.running();
    const { links, config } = await ip.state();
    const saved: Record<string, SavedBridge> = {};
    for (const [name, bridge] of Object.entries(own)) {
      const link = links.find(({ ifname }) => ifname === name);
      if (link === undefined) continue;
      saved[name] = {
        version: 1,
        ...bridge,
        mac: link.address ?? '',
        mtu: link.mtu ?? 1500,
        stp: link.linkinfo?.info_data?.stp_state === 1,
        config: config(link),
      };
    }
    await store.persist(saved);
  }

  return {
    async setup(changes, options) {
      if (current !== undefined) {
        throw new VdsmError(VDSM_CODE.resourceUnavailable, 'another change of networks is running');
      }
      current = change(changes, options);
      try {
        await current;
      } finally {
        current = undefined;
      }
    },
    confirm() {
      if (waiting === undefined) return;
      isConfirmed = true;
      waiting.abort();
    },
    save,
    async recover() {
      const pending = await store.pending();
      if (pending !== undefined) await takeBack(pending.undo, pending.bridges);
    },
    async close() {
      waiting?.abort();
      await current?.catch(() => undefined);
    },
  };
}

/** Undefined when it is so already. */
function plan(
  change: NetworkChange,
  state: NetworkState,
  bridges: Readonly<OwnBridges>,
): Planned | undefined {
  const existing = state.links.find(({ ifname }) => ifname === change.name);
  if (change.kind === 'remove') return planRemoval(change.name, existing, state, bridges);
  if (existing !== undefined) {
    const port = portOf(change, state.links);
    if (port.master === existing.ifname) return undefined;
    throw refusal('networkBridge', `${change.name} exists already, and not over ${port.ifname}`);
  }
  return planBridge(change, state, bridges);
}

function planBridge(
  change: BridgeWanted,
  state: NetworkState,
  bridges: Readonly<OwnBridges>,
): Planned {
  const link = portOf(change, state.links);
  const port = link.ifname;
  const reason = unfitness(link, state.links);
  if (reason !== undefined) {
    throw refusal(
      link.master === undefined ? 'networkNic' : 'networkNicInUse',
      `interface ${port} ${reason}`,
    );
  }
  if (state.multipath.includes(port)) {
    throw refusal('networkParameters', `interface ${port} has a route that leads several ways`);
  }
  const addrGenMode = link.inet6_addr_gen_mode ?? 'eui64';
  const ports: BridgePorts = {
    bridge: change.name,
    port,
    mac: link.address ?? '',
    mtu: change.mtu ?? link.mtu ?? 1500,
    stp: change.stp,
    addrGenMode,
  };
  const before = state.config(link);
  let wanted = before;
  for (const fixed of [change.ipv4, change.ipv6]) {
    if (fixed !== undefined) wanted = withFixedAddress(wanted, fixed.cidr, fixed.gateway);
  }
  return {
    plan: createPlan(ports, before, wanted),
    bridges: { ...bridges, [change.name]: { port, addrGenMode } },
  };
}

function planRemoval(
  name: string,
  link: IpLink | undefined,
  state: NetworkState,
  bridges: Readonly<OwnBridges>,
): Planned | undefined {
  const { [name]: own, ...others } = bridges;
  if (link === undefined && own === undefined) return undefined;
  if (own === undefined || link === undefined) {
    throw refusal('networkBridge', `${name} is not a network of this daemon's making`);
  }
  const guests = state.links.filter(({ master, ifname }) => master === name && ifname !== own.port);
  if (guests.length > 0) {
    const names = guests.map(({ ifname }) => ifname).join(', ');
    throw refusal('networkBridge', `${name} is in use by ${names}`);
  }
  const ports: BridgePorts = {
    bridge: name,
    port: own.port,
    mac: link.address ?? '',
    mtu: link.mtu ?? 1500,
    stp: link.linkinfo?.info_data?.stp_state === 1,
    addrGenMode: own.addrGenMode,
  };
  return { plan: removePlan(ports, state.config(link)), bridges: others };
}

function portOf({ name, nic, vlan }: BridgeWanted, links: readonly IpLink[]): IpLink {
  const found =
    vlan === undefined
      ? links.find(({ ifname }) => ifname === nic)
      : links.find(({ link, linkinfo }) => link === nic && linkinfo?.info_data?.id === vlan);
  if (found !== undefined) return found;
  if (vlan === undefined) throw refusal('networkNic', `${name}: there is no interface ${nic}`);
  throw refusal('networkVlan', `${name}: interface ${nic} has no VLAN ${vlan}; make it first`);
}
