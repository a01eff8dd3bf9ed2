// Hosts that boot without the bridge, as just installed: set-up puts it below them.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  applianceImage,
  type Cluster,
  deployCluster,
  type Lab,
  type LabHost,
  makeLab,
  until,
  when,
} from '../src/index.js';
import { labObstacle } from '../src/requirements.js';
import { SshSession } from '../src/ssh-session.js';

const SITUATION = [
  'ip -br link',
  'ip -br address',
  'ip -4 route show table all',
  'ip -6 route show table all',
  'ip -d link show dev eth0',
  'nft list ruleset',
  'find /var/lib/vdsm/networks -type f 2>/dev/null || true',
].join('; echo; ');
/** The gateway is lost once the bridge carries the traffic, as with a switch that allows one address a port. */
const PORT_SECURITY = `table inet port-security {
  chain in { type filter hook input priority -10; iifname "ovirtmgmt" ip protocol icmp drop; }
}
`;

async function situation(host: LabHost): Promise<string> {
  const text = await host.execOrThrow(['sh', '-c', SITUATION]);
  // The kernel counts how often an interface was a bridge's port; moved addresses are not probed again.
  const lines = text.replaceAll(/ (promiscuity|allmulti) \d+| nodad/g, '').split('\n');
  // Routes of equal worth stand in the order in which they were made.
  return lines.toSorted().join('\n');
}

describe('hosts without a bridge', { skip: labObstacle() ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-network-'));
  let lab: Lab;
  let cluster: Cluster;

  before(async () => {
    const image = await applianceImage();
    lab = await makeLab({
      name: 'network',
      dir: join(folder, 'lab'),
      hosts: 2,
      subnet: 7,
      bridges: false,
    });
    for (const host of lab.hosts) await host.startDaemon('libvirtd');
    const [lost, deployed] = await Promise.all([
      gatewayLost(lab.host(2)),
      deployedOverSsh(lab.host(1), image),
    ]);
    results = { lost, deployed };
  });

  let results: {
    readonly lost: Awaited<ReturnType<typeof gatewayLost>>;
    readonly deployed: Awaited<ReturnType<typeof deployedOverSsh>>;
  };

  after(async () => {
    await lab?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Set-up is killed while it waits for the gateway; what follows is the host daemon's alone. */
  async function gatewayLost(host: LabHost) {
    await host.execOrThrow(['nft', '-f', '-'], { input: PORT_SECURITY });
    const session = await SshSession.open(lab, host);
    const before = await situation(host);
    const answers = Object.entries({
      'OVEHOSTED_CORE/confirmSettings': 'bool:True',
      'OVEHOSTED_ENGINE/adminPassword': 'str:of-no-use',
      'OVEHOSTED_NETWORK/fqdn': 'str:engine.lab.test',
      'OVEHOSTED_NETWORK/gateway': `str:${lab.network.gateway}`,
      'OVEHOSTED_NETWORK/firewallManager': 'str:none',
      'OVEHOSTED_STORAGE/domainType': 'str:posixfs',
      'OVEHOSTED_STORAGE/storageDomainConnection': `str:${lab.makeStorage('other')}`,
      'OVEHOSTED_STORAGE/vfsType': 'str:fuse.bindfs',
      'OVEHOSTED_STORAGE/mntOptions': 'str:direct_io',
      'OVEHOSTED_STORAGE/imgSizeGB': 'int:1',
      'OVEHOSTED_CORE/checkRequirements': 'bool:False',
      'OVEHOSTED_VM/vmDiskImage': 'str:/root/none.raw',
      'OVEHOSTED_VM/vmMemSizeMB': 'int:512',
      'OVEHOSTED_VDSM/allowEmulation': 'bool:True',
    }).map(([key, value]) => `${key}=${value}`);
    await host.execOrThrow(['sh', '-c', 'umask 077; cat >/root/answers'], {
      input: ['[environment:default]', ...answers, ''].join('\n'),
    });
    await host.execOrThrow(['qemu-img', 'create', '-q', '-f', 'raw', '/root/none.raw', '64M']);
    await session.ask(
      'setsid hosted-engine --deploy --config-append=/root/answers >/root/out 2>&1 & echo $! >/root/pid',
    );
    const started = performance.now();
    await until(
      async () => {
        const out = await host.exec(['cat', '/root/out']);
        return when((await host.exec(['ip', 'link', 'show', 'ovirtmgmt'])).code === 0, out.stdout);
      },
      60,
      'a bridge on host2',
    );
    const madeAt = performance.now();
    const during = await session.ask('ip -br address show dev ovirtmgmt');
    await host.execOrThrow(['sh', '-c', 'kill -KILL $(cat /root/pid)']);
    await until(
      async () => when((await host.exec(['ip', 'link', 'show', 'ovirtmgmt'])).code !== 0, 'there'),
      90,
      'a bridge that is taken back',
    );
    const seconds = (performance.now() - madeAt) / 1000;
    return {
      before,
      after: await situation(host),
      during,
      seconds,
      isSessionOpen: (await session.ask('echo still here')).includes('still here'),
      totalSeconds: (performance.now() - started) / 1000,
    };
  }

  async function deployedOverSsh(host: LabHost, image: string) {
    const session = await SshSession.open(lab, host);
    const connection = await session.ask('echo "$SSH_CONNECTION"');
    cluster = await deployCluster(lab, { hosts: 1, image });
    return {
      connection,
      answer: await session.ask('ip -br address show dev ovirtmgmt'),
      isOpen: session.isOpen,
    };
  }

  test('an SSH session stays open through the deployment, and the address moves to the bridge', async () => {
    const { connection, answer, isOpen } = results.deployed;
    const host = lab.host(1);
    assert.ok(isOpen);
    assert.match(connection, new RegExp(`${host.plan.address} 22`));
    assert.match(answer, new RegExp(`ovirtmgmt +UP +${host.plan.address}/24`));
    const routes = await host.execOrThrow(['ip', 'route']);
    assert.match(routes, new RegExp(`default via ${lab.network.gateway} dev ovirtmgmt`));
    assert.ok(await cluster.engineHealthy());
  });

  test('without the gateway the host daemon takes the bridge back by itself after 60 s', () => {
    const { before, after: now, during, seconds, isSessionOpen } = results.lost;
    assert.match(during, /ovirtmgmt +UP +10\.88\.7\.12\/24/, 'the address was on the bridge');
    assert.ok(seconds > 50 && seconds < 75, `after ${seconds} s`);
    assert.equal(now, before, 'the host is as before');
    assert.ok(isSessionOpen, 'and the session has not noticed');
  });

  test('the bridge is there again after a power cut', async () => {
    const host = lab.host(1);
    await host.powerOff();
    await host.powerOn();
    await until(
      async () => {
        const { stdout } = await host.exec(['ip', '-br', 'address', 'show', 'dev', 'ovirtmgmt']);
        return when(stdout.includes(`${host.plan.address}/24`), stdout);
      },
      30,
      'the bridge after a boot',
    );
    await host.execOrThrow(['ping', '-c1', '-W5', lab.network.gateway]);
    await cluster.untilHealthy(120);
  });
});
