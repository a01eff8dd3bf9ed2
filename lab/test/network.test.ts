// Hosts that boot without the bridge, as just installed: set-up puts it below them.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
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
import { untilAddressed } from './host-state.js';

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

/** A password among them: by standard input into a file of root's alone. */
async function putAnswers(host: LabHost, answers: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(answers).map(([key, value]) => `${key}=${value}`);
  await host.execOrThrow(['sh', '-c', 'umask 077; cat >/root/answers'], {
    input: ['[environment:default]', ...lines, ''].join('\n'),
  });
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
    await untilAddressed(host);
    const before = await situation(host);
    await putAnswers(host, {
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
    // The bridge is the last to go, and the port's own link-local address comes back after it.
    const now = await until(
      async () => {
        const seen = await situation(host);
        return seen === before ? { done: true, value: seen } : { done: false, seen };
      },
      10,
      'a host as before',
    ).catch(() => situation(host));
    return {
      before,
      after: now,
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

  test('a second host gets its bridge, a firewall, and the answer file of the first by SSH', async () => {
    const [first, second] = [lab.host(1), lab.host(2)];
    await second.execOrThrow(['nft', 'delete', 'table', 'inet', 'port-security']);
    const password = randomBytes(9).toString('base64url');
    await first.execOrThrow(['chpasswd'], { input: `root:${password}\n` });
    const shown = await first.execOrThrow([
      'ssh-keygen',
      '-l',
      '-f',
      '/etc/ssh/ssh_host_ed25519_key.pub',
    ]);
    await putAnswers(second, {
      'OVEHOSTED_CORE/confirmSettings': 'bool:True',
      'OVEHOSTED_CORE/interruptedRun': 'str:clean',
      'OVEHOSTED_ENGINE/adminPassword': `str:${cluster.adminPassword}`,
      'OVEHOSTED_FIRST_HOST/fqdn': `str:${first.plan.fqdn}`,
      'OVEHOSTED_FIRST_HOST/rootPassword': `str:${password}`,
      'OVEHOSTED_FIRST_HOST/hostKeyFingerprint': `str:${/SHA256:\S+/.exec(shown)?.[0]}`,
      'OVEHOSTED_STORAGE/domainType': 'str:posixfs',
      'OVEHOSTED_STORAGE/storageDomainConnection': `str:${lab.makeStorage('he')}`,
      'OVEHOSTED_STORAGE/vfsType': 'str:fuse.bindfs',
      'OVEHOSTED_STORAGE/mntOptions': 'str:direct_io',
      'OVEHOSTED_VDSM/allowEmulation': 'bool:True',
    });
    const session = await SshSession.open(lab, second);
    const told = await second.execOrThrow(
      ['hosted-engine', '--deploy', '--config-append=/root/answers'],
      { timeoutMs: 180_000 },
    );
    assert.match(told, /Answer file successfully downloaded/);
    assert.match(told, /Hosted Engine successfully set up/);
    assert.ok(!told.includes(password), 'no password is shown');
    assert.match(
      await session.ask('ip -br address show dev ovirtmgmt'),
      new RegExp(`UP +${second.plan.address}/24`),
    );
    session.close();
  });

  test('the firewall lets in what it names, and refuses the rest', async () => {
    const [first, second] = [lab.host(1), lab.host(2)];
    const listen = `node -e 'require("net").createServer().listen(7777)'`;
    await second.execOrThrow(['sh', '-c', `setsid ${listen} >/dev/null 2>&1 </dev/null &`]);
    const answers = async (port: number): Promise<boolean> =>
      (
        await first.exec([
          'timeout',
          '3',
          'bash',
          '-c',
          `until </dev/tcp/${second.plan.address}/${port}; do sleep 0.3; done`,
        ])
      ).code === 0;
    assert.ok(await answers(54321), 'the host daemon is reached');
    assert.ok(!(await answers(7777)), 'another port is not');
    await second.stopDaemon('hosted-engine-firewall');
    assert.ok(await answers(7777), 'and it was the firewall that shut it');
    await second.startDaemon('hosted-engine-firewall');
    assert.ok(!(await answers(7777)));
  });

  test('bridge and firewall are there again after a power cut', async () => {
    const host = lab.host(2);
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
    await host.execOrThrow(['nft', 'list', 'table', 'inet', 'hosted_engine']);
  });
});
