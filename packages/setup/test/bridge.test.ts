import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { VDSM_CODE, VdsmError } from '@hosted-engine/vdsm';
import { UNITS } from '../src/paths.js';
import { FIRST_ANSWERS, putAnswers, runDeploy } from './fake/deployment.js';
import { FakeHost } from './fake/world.js';

function bareHost(): FakeHost {
  const host = new FakeHost();
  host.hostd.bridges = [];
  putAnswers(host, FIRST_ANSWERS);
  return host;
}

describe('a host without the bridge', () => {
  test('gets it on the interface with the default route, for good', async () => {
    const host = bareHost();
    let asked: unknown;
    const call = host.hostd.call.bind(host.hostd);
    host.hostd.call = async (verb, params) => {
      if (verb === 'Host.setupNetworks') asked = params;
      return call(verb, params);
    };
    const { outcome, lines } = await runDeploy(host);
    assert.equal(outcome.kind, 'done', lines.join('\n'));
    assert.deepEqual(asked, {
      networks: {
        ovirtmgmt: {
          nic: 'eth0',
          bridged: true,
          bootproto: 'none',
          ipaddr: '10.88.1.11',
          netmask: '255.255.255.0',
          gateway: '10.88.1.1',
          defaultRoute: true,
        },
      },
      bondings: {},
      options: { connectivityCheck: true, connectivityTimeout: 60 },
    });
    assert.deepEqual(host.hostd.savedBridges, ['ovirtmgmt']);
    assert.ok(host.services.enabled.has(UNITS.network));
    assert.ok(lines.includes('[ INFO  ] Configuring the management bridge'));
    assert.ok(lines.some((line) => /Bridge interface +: eth0/.test(line)));
  });

  test('a VLAN on a bond is asked for as VDSM names it', async () => {
    const host = bareHost();
    const address = { family: 'inet', local: '10.88.1.11', prefixlen: 20, scope: 'global' };
    const ether = { link_type: 'ether', operstate: 'UP' };
    host.links = {
      links: [
        { ...ether, ifname: 'eth0', master: 'bond0' },
        { ...ether, ifname: 'bond0', linkinfo: { info_kind: 'bond' } },
        {
          ...ether,
          ifname: 'bond0.7',
          link: 'bond0',
          linkinfo: { info_kind: 'vlan', info_data: { id: 7 } },
          addr_info: [address],
        },
      ],
      routes: [],
      wireless: [],
    };
    let networks: unknown;
    const call = host.hostd.call.bind(host.hostd);
    host.hostd.call = async (verb, params) => {
      if (verb === 'Host.setupNetworks' && 'networks' in params) networks = params.networks;
      return call(verb, params);
    };
    const { outcome, lines } = await runDeploy(host);
    assert.equal(outcome.kind, 'done', lines.join('\n'));
    assert.deepEqual(networks, {
      ovirtmgmt: {
        bonding: 'bond0',
        vlan: 7,
        bridged: true,
        bootproto: 'none',
        ipaddr: '10.88.1.11',
        netmask: '255.255.240.0',
      },
    });
  });

  test('an interface that cannot carry it is refused with the reason', async () => {
    const host = bareHost();
    host.links = { ...host.links, links: [...host.links.links, radio()], wireless: ['wlan0'] };
    putAnswers(host, FIRST_ANSWERS, { 'OVEHOSTED_NETWORK/bridgeIf': 'str:wlan0' });
    const { outcome } = await runDeploy(host);
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_ANSWER_INVALID');
    assert.match(outcome.kind === 'failed' ? outcome.error.message : '', /wlan0 is wireless/);
    assert.deepEqual(host.hostd.bridges, []);
  });

  test('when the gateway does not answer over it, the run says so and goes no further', async () => {
    const host = bareHost();
    const before = host.snapshot();
    host.hostd.failures.set(
      'Host.setupNetworks',
      new VdsmError(VDSM_CODE.noConnectionToPeer, 'connectivity was not confirmed'),
    );
    const { outcome, lines } = await runDeploy(host);
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_HOST_UNSUITABLE');
    assert.match(
      outcome.kind === 'failed' ? outcome.error.message : '',
      /10\.88\.1\.1 did not answer over bridge ovirtmgmt within 60 s: the network is as it was/,
    );
    assert.deepEqual(host.snapshot(), before);
    assert.ok(!lines.some((line) => line.includes('Cannot undo')), lines.join('\n'));
  });

  test('the gateway is seen to answer before the change is confirmed', async () => {
    const host = bareHost();
    const events: string[] = [];
    const call = host.hostd.call.bind(host.hostd);
    let confirm: () => void = () => undefined;
    const confirmed = new Promise<void>((resolve) => {
      confirm = resolve;
    });
    host.hostd.call = async (verb, params) => {
      const answer = await call(verb, params);
      if (verb === 'Host.confirmConnectivity') {
        events.push('confirmed');
        confirm();
      }
      if (verb === 'Host.setupNetworks') {
        events.push('changed');
        // The switch takes its time.
        let pings = 0;
        host.pingable = Object.assign([], {
          includes: () => {
            pings += 1;
            if (pings === 3) events.push('gateway answers');
            return pings >= 3;
          },
        });
        await confirmed;
      }
      return answer;
    };
    const { outcome, lines } = await runDeploy(host);
    assert.equal(outcome.kind, 'done', lines.join('\n'));
    assert.deepEqual(events.slice(0, 3), ['changed', 'gateway answers', 'confirmed']);
  });

  test('a failure later on takes the bridge away again', async () => {
    const host = bareHost();
    const before = host.snapshot();
    host.hostd.failures.set('StorageDomain.create', new VdsmError(350, 'injected'));
    const { outcome } = await runDeploy(host);
    assert.equal(outcome.kind, 'failed');
    assert.deepEqual(host.snapshot(), before);
    assert.deepEqual(host.hostd.savedBridges, []);
  });
});

function radio() {
  const address = { family: 'inet', local: '10.99.1.11', prefixlen: 24, scope: 'global' };
  return { ifname: 'wlan0', link_type: 'ether', operstate: 'UP', addr_info: [address] };
}
