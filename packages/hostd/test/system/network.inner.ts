// Runs in network, mount and PID namespaces of its own. The "host" is this namespace, with a cable (eth0) to
// a second one that plays the gateway and talks to it all the while.

import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProcessRunner, createSystemClock } from '@hosted-engine/platform';
import { isVdsmError, VDSM_CODE } from '@hosted-engine/vdsm';
import { createHostNetworks, type HostNetworks } from '../../src/network/host-networks.js';
import { createIpTool } from '../../src/network/ip-tool.js';
import { networkChange } from '../../src/network/network-change.js';
import { createNetworkStore } from '../../src/network/network-store.js';
import { restoreNetworks } from '../../src/network/restore-networks.js';
import { quietLog } from '../network/quiet-log.js';

const dir = mkdtempSync(join(tmpdir(), 'networks-'));
const clock = createSystemClock();
const ip = createIpTool(createProcessRunner());
const store = createNetworkStore({ runDir: join(dir, 'run'), persistentDir: join(dir, 'saved') });
const NAME = 'ovirtmgmt';
const WANTED = networkChange(NAME, { nic: 'eth0', bridged: true });
const UNWANTED = networkChange(NAME, { remove: true });
const PLAIN = { confirmWithinS: undefined, saveOnSuccess: false };

let gateway: ChildProcess;
let networks: HostNetworks;

const shell = (script: string): string =>
  execFileSync('sh', ['-ec', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const atGateway = (script: string): string =>
  shell(`nsenter -t ${gateway.pid} -n sh -ec '${script}'`);

/** Everything that a change may not alter for good, in an order of its own. */
function situation(): string {
  const lines = [
    shell('ip -o address show dev eth0'),
    shell('ip -4 -o route show table all'),
    shell('ip -6 -o route show table all'),
    shell('ip -d -o link show dev eth0'),
    shell('ip -br link'),
  ]
    .join('\n')
    .replaceAll(/valid_lft \d+sec preferred_lft \d+sec/g, 'for a while')
    // eth0 has been a bridge's port: the kernel counts how often.
    // What was moved is not tested for duplicates again; `ip` shows that.
    .replaceAll(' nodad', '')
    .replaceAll(/(promiscuity|allmulti) \d+ /g, '')
    .split('\n');
  return lines.toSorted().join('\n');
}

before(async () => {
  gateway = spawn('unshare', ['--net', 'sleep', '1000'], { stdio: 'ignore' });
  await sleep(300);
  shell('ip link set lo up; sysctl -qw net.ipv6.conf.default.accept_dad=0');
  shell(`ip link add eth0 address 02:00:00:00:00:11 type veth peer name gw netns ${gateway.pid}`);
  atGateway('ip link set lo up; sysctl -qw net.ipv6.conf.default.accept_dad=0; ip link set gw up');
  atGateway('ip address add 10.9.0.1/24 dev gw; ip address add fd09::1/64 dev gw nodad');
  shell('ip link set eth0 mtu 1400 up');
  shell('ip address add 10.9.0.11/24 broadcast + dev eth0; ip address add 10.9.0.12/24 dev eth0');
  shell('ip address add 192.168.77.1/32 dev eth0');
  shell('ip address add fd09::11/64 dev eth0 nodad');
  shell('ip address add fd09::99/64 dev eth0 nodad valid_lft 4000 preferred_lft 3000');
  shell('ip route add default via 10.9.0.1 metric 50; ip route add 10.20.0.0/16 via 10.9.0.1');
  shell('ip route add 10.30.0.0/16 via 10.9.0.1 table 100 src 10.9.0.12');
  shell(
    'ip link add other type veth peer name otherend; ip link set otherend up; ip link set other up; ip address add 10.8.0.1/24 dev other',
  );
  shell('ip route add 10.40.0.0/16 dev other src 10.9.0.11');
  shell('ip -6 route add default via fd09::1');
  await sleep(300);
});

after(() => {
  gateway.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

beforeEach(() => {
  networks = createHostNetworks({ ip, store, clock, log: quietLog() });
});

/** A connection of the gateway's that says a word every 20 ms, and what has come of it. */
async function conversation(address: string): Promise<{ count(): number; end(): void }> {
  let count = 0;
  let socket: Socket | undefined;
  const server = createServer((incoming) => {
    socket = incoming;
    incoming.on('error', () => undefined);
    incoming.on('data', () => {
      count += 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(7000, '::', resolve));
  const script = `const s=require("net").connect(7000,${JSON.stringify(address)});setInterval(()=>s.write("x"),20)`;
  const talker = spawn('nsenter', [
    '-t',
    String(gateway.pid),
    '-n',
    process.execPath,
    '-e',
    script,
  ]);
  for (let turn = 0; count < 5 && turn < 200; turn += 1) await sleep(20);
  assert.ok(count >= 5, 'the gateway reaches this host');
  return {
    count: () => (socket?.destroyed === false ? count : -1),
    end: () => {
      talker.kill('SIGKILL');
      server.close();
      socket?.destroy();
    },
  };
}

describe('a bridge below a running host', () => {
  for (const address of ['10.9.0.11', 'fd09::11']) {
    it(`is made and removed while a connection to ${address} goes on`, async (t) => {
      const before = situation();
      const talk = await conversation(address);
      t.after(() => talk.end());
      await networks.setup([WANTED], PLAIN);
      assert.match(shell(`ip -o address show dev ${NAME}`), /10\.9\.0\.11\/24.*10\.9\.0\.12\/24/s);
      assert.match(shell(`ip -o address show dev ${NAME}`), /fd09::99\/64.*preferred_lft/);
      assert.equal(shell('ip -o address show dev eth0'), '');
      assert.match(shell('ip route'), /default via 10\.9\.0\.1 dev ovirtmgmt metric 50/);
      assert.match(shell('ip route show table 100'), /10\.30\.0\.0\/16 .*dev ovirtmgmt src 10\.9/);
      assert.match(shell('ip route'), /10\.40\.0\.0\/16 dev other .*src 10\.9\.0\.11/);
      assert.match(shell('ip -6 route'), /default via fd09::1 dev ovirtmgmt/);
      assert.match(shell(`ip -d link show dev ${NAME}`), /mtu 1400 .*02:00:00:00:00:11/s);
      const made = talk.count();
      await sleep(500);
      assert.ok(talk.count() > made, 'the connection goes on over the bridge');
      await networks.setup([UNWANTED], PLAIN);
      const removed = talk.count();
      await sleep(500);
      assert.ok(talk.count() > removed, 'the connection goes on without the bridge');
      assert.equal(situation(), before);
    });
  }

  it('is taken back when nobody confirms, with the gateway gone', async () => {
    const before = situation();
    const started = performance.now();
    await assert.rejects(
      networks.setup([WANTED], { confirmWithinS: 1, saveOnSuccess: true }),
      (error) => isVdsmError(error, VDSM_CODE.noConnectionToPeer),
    );
    assert.ok(performance.now() - started < 5000);
    assert.equal(situation(), before);
    assert.deepEqual(await store.persisted(), {});
  });

  it('stays when somebody confirms in time', async (t) => {
    t.after(() => networks.close());
    const change = networks.setup([WANTED], { confirmWithinS: 30, saveOnSuccess: false });
    while (!shell('ip -br link').includes(NAME)) await sleep(20);
    await sleep(200);
    await assert.rejects(networks.setup([WANTED], PLAIN), (error) =>
      isVdsmError(error, VDSM_CODE.resourceUnavailable),
    );
    networks.confirm();
    await change;
    await networks.setup([WANTED], PLAIN);
    await networks.setup([UNWANTED], PLAIN);
  });

  it('is taken back by the next start of a daemon that was killed while it waited', async (t) => {
    const before = situation();
    const change = networks.setup([WANTED], { confirmWithinS: 3600, saveOnSuccess: false });
    // What was left behind ends with the test: it finds the network taken back already.
    const abandoned = assert.rejects(change);
    t.after(async () => {
      await networks.close();
      await abandoned;
    });
    while ((await store.pending()) === undefined || !shell('ip link').includes(NAME)) {
      await sleep(20);
    }
    await sleep(200);
    const successor = createHostNetworks({ ip, store, clock, log: quietLog() });
    await successor.recover();
    assert.equal(situation(), before);
    assert.deepEqual(await store.running(), {});
  });

  it('is taken back by an orderly stop of the daemon', async (t) => {
    t.after(() => networks.close());
    const before = situation();
    const change = networks.setup([WANTED], { confirmWithinS: 3600, saveOnSuccess: false });
    const ended = assert.rejects(change);
    while (!shell('ip link').includes(NAME)) await sleep(20);
    await sleep(200);
    await networks.close();
    await ended;
    assert.equal(situation(), before);
  });

  it('that cannot be made whole leaves nothing behind', async () => {
    const before = situation();
    const impossible = networkChange(NAME, {
      nic: 'eth0',
      ipaddr: '10.9.0.11',
      netmask: '255.255.255.0',
      mtu: 1400,
    });
    const failing: typeof ip = {
      ...ip,
      apply: (commands) =>
        ip.apply([...commands.slice(0, -2), 'route add 10.50.0.0/16 via 9.9.9.9']),
    };
    const broken = createHostNetworks({ ip: failing, store, clock, log: quietLog() });
    await assert.rejects(broken.setup([impossible], PLAIN), /invalid gateway|unreachable/i);
    assert.equal(situation(), before);
  });

  it('gets the address that the request names in place of what was there', async () => {
    const before = situation();
    const renumbered = networkChange(NAME, {
      nic: 'eth0',
      ipaddr: '10.9.0.77',
      netmask: '255.255.255.0',
      gateway: '10.9.0.1',
    });
    await networks.setup([renumbered], PLAIN);
    assert.match(shell(`ip -o -4 address show dev ${NAME}`), /10\.9\.0\.77\/24/);
    assert.doesNotMatch(shell(`ip -o -4 address show dev ${NAME}`), /10\.9\.0\.11/);
    assert.match(shell('ip route'), /default via 10\.9\.0\.1 dev ovirtmgmt/);
    assert.match(atGateway('ping -c1 -W2 10.9.0.77'), /1 received/);
    await networks.setup([UNWANTED], PLAIN);
    shell('ip address del 10.9.0.77/24 dev eth0; ip address add 10.9.0.11/24 broadcast + dev eth0');
    shell('ip address add 10.9.0.12/24 dev eth0; ip address add 192.168.77.1/32 dev eth0');
    shell('ip route add default via 10.9.0.1 metric 50; ip route add 10.20.0.0/16 via 10.9.0.1');
    shell('ip route add 10.30.0.0/16 via 10.9.0.1 table 100 src 10.9.0.12');
    shell('ip route add 10.40.0.0/16 dev other src 10.9.0.11');
    assert.equal(situation(), before);
  });

  it('comes back after a boot, also when the distribution has configured its port', async () => {
    await networks.setup([WANTED], { confirmWithinS: undefined, saveOnSuccess: true });
    const made = `${shell(`ip -o address show dev ${NAME}`)}${shell('ip route; ip -6 route')}`;
    const normal = (text: string) =>
      text
        .replaceAll(/\d+sec|^\d+: /gm, '')
        .split('\n')
        .toSorted()
        .join('\n');
    // A reboot: /run is empty, and the distribution has given eth0 its one address.
    shell(`ip link delete ${NAME}; rm -rf ${join(dir, 'run')}`);
    shell('ip address add 10.9.0.11/24 broadcast + dev eth0');
    shell('ip route add default via 10.9.0.1 metric 50');
    assert.deepEqual(await restoreNetworks(ip, store, clock, quietLog()), []);
    assert.equal(
      normal(`${shell(`ip -o address show dev ${NAME}`)}${shell('ip route; ip -6 route')}`),
      normal(made),
    );
    assert.match(atGateway('ping -c1 -W2 10.9.0.11'), /1 received/);
    assert.deepEqual(await restoreNetworks(ip, store, clock, quietLog()), [], 'twice is no harm');
    await networks.setup([UNWANTED], { confirmWithinS: undefined, saveOnSuccess: true });
    assert.deepEqual(await store.persisted(), {}, 'a removed one does not come back');
  });

  it('that is not of our making is not removed, nor is one with a guest on it', async () => {
    shell('ip link add strange type bridge');
    await assert.rejects(
      networks.setup([networkChange('strange', { remove: true })], PLAIN),
      /not a network of this daemon/,
    );
    shell('ip link delete strange');
    await networks.setup([WANTED], PLAIN);
    shell(`ip tuntap add vnet0 mode tap; ip link set vnet0 master ${NAME}`);
    await assert.rejects(networks.setup([UNWANTED], PLAIN), /in use by vnet0/);
    shell('ip link delete vnet0');
    await networks.setup([UNWANTED], PLAIN);
  });
});
