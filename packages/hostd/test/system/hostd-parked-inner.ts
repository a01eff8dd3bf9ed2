// Runs inside a private host: see hostd.test.ts. Starts that wait for the lease of another host, which
// is a second sanlock daemon with host id 2.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createPeer, type Peer, until } from '@hosted-engine/platform/test/test-daemons';
import { isVdsmError } from '@hosted-engine/vdsm';
import { HOST_ID, HostdBench, SD, VM, VOL } from './hostd-bench.js';

const bench = new HostdBench();
let peer: Peer;
/** When the other host lost its power: sanlock calls it dead 68 s later (lab-facts). */
let cutMs = 0;

before(async () => {
  await bench.open();
  await bench.makeStorage();
  const { lease } = await bench.client.call('Volume.getInfo', bench.volume);
  assert.ok(lease !== undefined);
  peer = await createPeer({
    lockspace: SD,
    idsPath: lease.path.replace(/images\/.*$/, 'dom_md/ids'),
  });
  await peer.take({ resource: VOL, path: lease.path });
});

after(() => bench.close());

/** Verbs that the HA daemon depends on answer at once, whatever a start waits for. */
async function verbsAnswer(): Promise<void> {
  const began = performance.now();
  await bench.stats();
  await bench.client.call('Host.getStats', {});
  await bench.client.call('Host.getVMList', {});
  await bench.client.call('Host.getStorageRepoStats', {});
  assert.ok(performance.now() - began < 2000);
}

describe('a lease of another host', { concurrency: false }, () => {
  it('that lives: the start fails at once with that reason', async () => {
    await bench.create();
    await bench.statusIs('Down');
    const seen = await bench.stats();
    assert.ok(seen.status === 'Down');
    assert.deepEqual([seen.exitCode, seen.exitReason], [1, 1]);
    assert.match(seen.exitMessage, /Failed to acquire lock.*held by another host/);
    await bench.client.call('VM.destroy', { vmID: VM });
  });

  it('that dies: the start waits, and holds up nothing else', async () => {
    cutMs = performance.now();
    await peer.powerOff();
    await bench.create();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    assert.equal((await bench.stats()).status, 'WaitForLaunch');
    await verbsAnswer();
  });

  it('it goes on waiting over a restart of the daemon', async () => {
    const began = performance.now();
    await bench.endHostd('SIGKILL');
    await bench.startHostd();
    assert.ok(performance.now() - began < 8000);
    assert.equal((await bench.stats()).status, 'WaitForLaunch');
    await verbsAnswer();
  });

  it('it can be cancelled even then, and begun again', async () => {
    await bench.client.call('VM.destroy', { vmID: VM });
    await assert.rejects(bench.stats(), (error) => isVdsmError(error, 1));
    await bench.create();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    assert.equal((await bench.stats()).status, 'WaitForLaunch');
    await bench.client.call('VM.destroy', { vmID: VM });
    await bench.create();
    assert.equal((await bench.stats()).status, 'WaitForLaunch');
    await verbsAnswer();
    assert.ok(performance.now() - cutMs < 55_000, 'the lease may have been granted already');
  });

  it('it is granted when sanlock calls the owner dead, and the VM runs', async () => {
    await bench.statusIs('Up', 90_000);
    assert.ok(performance.now() - cutMs > 55_000);
    assert.deepEqual(await bench.leaseOwners(), [HOST_ID]);
    await until(async () => {
      const seen = await bench.stats();
      return seen.status === 'Up' && seen.monitorResponse === '0';
    }, 'monitor answers');
    await bench.client.call('VM.destroy', { vmID: VM });
    await until(async () => (await bench.leaseOwners()).length === 0, 'lease is free');
  });
});
