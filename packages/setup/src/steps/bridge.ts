// The management bridge, where the host has none yet: the host daemon puts it below the running host, and
// takes it back by itself unless the gateway is seen to answer over it.

import { type BridgePort, choosePorts, type IpLink } from '@hosted-engine/core';
import { HeError } from '@hosted-engine/ports';
import { isVdsmError, type NetworkDefinition, VDSM_CODE } from '@hosted-engine/vdsm';
import { invalidAnswer } from '../answers/read-value.js';
import { UNITS } from '../paths.js';
import type { HostdSession } from '../ports.js';
import { hostdOf } from '../run/hostd-of.js';
import { finding, type Run, remember, throwIfAborted } from '../run/run.js';
import type { Step } from '../run/step.js';
import { noteUnit, restoreUnit } from '../run/units.js';
import { askIfMissing } from './ask.js';

/** A switch that runs the spanning tree protocol may keep its port shut for 50 s. */
const GATEWAY_WAIT_S = 60;
const CALL_TIMEOUT_MS = (GATEWAY_WAIT_S + 30) * 1000;
const LOOK_EVERY_MS = 500;

export const BRIDGE_QUESTION: Step = {
  id: 'bridge-interface',
  stage: 'customization',
  do: askInterface,
};

export const BRIDGE_STEP: Step = {
  id: 'bridge',
  stage: 'misc',
  do: makeBridge,
  undo: async (run) => {
    if (run.found.madeBridge !== true) return;
    const bridge = run.answers.get('OVEHOSTED_NETWORK/bridgeName');
    // After a power cut before it was settled there is none.
    if (await run.world.facts.isBridge(bridge)) await removeBridge(hostdOf(run), bridge);
    await remember(run, { madeBridge: false });
    await restoreUnit(run, UNITS.network);
  },
};

/** Nothing is asked where the bridge exists. */
async function askInterface(run: Run): Promise<void> {
  const { answers, dialog, world } = run;
  const bridge = answers.get('OVEHOSTED_NETWORK/bridgeName');
  if (await world.facts.isBridge(bridge)) return;
  const { links, routes, wireless } = await world.links.look();
  const { candidates, rejected } = choosePorts(links, routes, wireless);
  const [best] = candidates;
  const reasons = rejected.map(({ name, reason }) => `${name} ${reason}`);
  if (best === undefined) {
    const why = reasons.length === 0 ? 'it has none' : reasons.join('; ');
    throw new HeError(
      'HE_HOST_UNSUITABLE',
      `no interface of this host can carry bridge ${bridge}: ${why}`,
      { remedy: `give an interface a fixed address, or create bridge ${bridge} by hand` },
    );
  }
  const key = 'OVEHOSTED_NETWORK/bridgeIf';
  if (dialog.interactive && answers.source(key) === undefined) {
    for (const reason of reasons) dialog.note(`Not fit for bridge ${bridge}: ${reason}`);
  }
  await askIfMissing(run, key, {
    fallback: best.name,
    // Not as choices: a name that is not fit shall be told why, and not only that it is none.
    prompt: bridgePrompt(bridge, candidates),
    check: async (name) => {
      if (candidates.some((one) => one.name === name)) return [];
      const reason = rejected.find((one) => one.name === name)?.reason ?? 'is not there';
      throw invalidAnswer(key, `interface ${name} ${reason}`);
    },
  });
}

function bridgePrompt(bridge: string, candidates: readonly BridgePort[]): string {
  const names = candidates.map(({ name }) => name).join(', ');
  return `Please indicate the network interface that shall carry bridge ${bridge} (${names})[@DEFAULT@]:`;
}

async function makeBridge(run: Run): Promise<void> {
  const { answers, dialog, world } = run;
  const bridge = answers.get('OVEHOSTED_NETWORK/bridgeName');
  if (await world.facts.isBridge(bridge)) return;
  dialog.info('Configuring the management bridge');
  const port = answers.get('OVEHOSTED_NETWORK/bridgeIf');
  const { links, routes, wireless } = await world.links.look();
  const link = links.find(({ ifname }) => ifname === port);
  const candidate = choosePorts(links, routes, wireless).candidates.find(
    ({ name }) => name === port,
  );
  if (link === undefined || candidate === undefined) {
    throw new HeError('HE_HOST_UNSUITABLE', `interface ${port} cannot carry a bridge any more`);
  }
  await noteUnit(run, UNITS.network);
  const hostd = finding(run, 'hostd');
  await remember(run, { madeBridge: true });
  try {
    const change = hostd.call(
      'Host.setupNetworks',
      {
        networks: { [bridge]: definition(link, links, candidate) },
        bondings: {},
        options: { connectivityCheck: true, connectivityTimeout: GATEWAY_WAIT_S },
      },
      { timeoutMs: CALL_TIMEOUT_MS },
    );
    await confirmWhile(run, hostd, change);
  } catch (thrown) {
    // What the host daemon refused, it has not done; of what broke off, nobody knows.
    if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'number') {
      await remember(run, { madeBridge: false });
    }
    throw refused(thrown, answers.get('OVEHOSTED_NETWORK/gateway'), bridge);
  }
  throwIfAborted(run);
  await hostd.call('Host.setSafeNetworkConfig', {});
  await world.services.enable(UNITS.network);
}

/** In VDSM's terms, with the addresses that the interface has, for daemons that do not move them. */
function definition(
  link: IpLink,
  links: readonly IpLink[],
  { addresses, gateway }: BridgePort,
): NetworkDefinition {
  const isTagged = link.linkinfo?.info_kind === 'vlan';
  const base = isTagged ? (link.link ?? '') : link.ifname;
  const baseKind = links.find(({ ifname }) => ifname === base)?.linkinfo?.info_kind;
  const ipv4 = addresses.find((address) => !address.includes(':'))?.split('/');
  const vlan = isTagged ? link.linkinfo?.info_data?.id : undefined;
  return {
    ...(baseKind === 'bond' ? { bonding: base } : { nic: base }),
    ...(vlan === undefined ? {} : { vlan }),
    bridged: true,
    ...(ipv4 === undefined
      ? {}
      : { bootproto: 'none', ipaddr: ipv4[0] ?? '', netmask: netmaskOf(Number(ipv4[1])) }),
    ...(gateway === undefined || ipv4 === undefined ? {} : { gateway, defaultRoute: true }),
  };
}

function netmaskOf(prefix: number): string {
  const bytes = [0, 8, 16, 24].map((shift) => Math.min(Math.max(prefix - shift, 0), 8));
  return bytes.map((bits) => 256 - 2 ** (8 - bits)).join('.');
}

/** Tells the host daemon, as often as need be, that the gateway answers over the new bridge. */
async function confirmWhile(
  run: Run,
  hostd: HostdSession,
  change: Promise<unknown>,
): Promise<void> {
  const { answers, world } = run;
  const bridge = answers.get('OVEHOSTED_NETWORK/bridgeName');
  const gateway = answers.get('OVEHOSTED_NETWORK/gateway');
  let isSettled = false;
  const settled = change.then(
    () => {
      isSettled = true;
    },
    () => {
      isSettled = true;
    },
  );
  for (;;) {
    await Promise.race([settled, world.clock.sleep(LOOK_EVERY_MS)]);
    if (isSettled) break;
    // A run that is to end confirms too: what is settled can be undone at once.
    const isWell =
      run.signal.aborted ||
      ((await world.facts.isBridge(bridge)) && (await world.network.ping(gateway)));
    if (isWell) await hostd.call('Host.confirmConnectivity', {});
  }
  await change;
}

function refused(thrown: unknown, gateway: string, bridge: string): unknown {
  if (!isVdsmError(thrown, VDSM_CODE.noConnectionToPeer)) return thrown;
  return new HeError(
    'HE_HOST_UNSUITABLE',
    `the gateway ${gateway} did not answer over bridge ${bridge} within ${GATEWAY_WAIT_S} s: the network is as it was before`,
    {
      remedy: `see whether the switch accepts a bridge on that port, or create bridge ${bridge} by hand`,
      cause: thrown,
    },
  );
}

/** Gives the addresses of a bridge that the host daemon made back to its interface, for good. */
export async function removeBridge(hostd: HostdSession, bridge: string): Promise<void> {
  await hostd.call('Host.setupNetworks', {
    networks: { [bridge]: { remove: true } },
    bondings: {},
    options: { connectivityCheck: false },
  });
  await hostd.call('Host.setSafeNetworkConfig', {});
}
