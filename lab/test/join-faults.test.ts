// An additional host whose deployment is refused or broken off, beside a first host whose engine runs: it is as
// before, and the cluster is not harmed.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { answerFile, type ClusterPlan } from '../src/cluster/answers.js';
import { Cluster, type Lab, labObstacle, makeLab } from '../src/index.js';
import { BrokenDeploy, onStorage, smallPlan } from './broken-deploy.js';

const obstacle = labObstacle();
/** Steps late enough to have most to undo, and what of it stays behind. */
const INTERRUPTED: readonly (readonly [step: string, kept: RegExp | undefined])[] = [
  ['domain-monitor', undefined],
  ['host-operational', /Kept: host host2 in the engine/],
];

describe('an additional host', { skip: obstacle ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-join-'));
  let lab: Lab;
  let cluster: Cluster;
  let plan: ClusterPlan;
  let second: BrokenDeploy;
  let domains: readonly string[];

  before(async () => {
    lab = await makeLab({ name: 'join', dir: join(folder, 'lab'), hosts: 2 });
    plan = await smallPlan(lab);
    cluster = new Cluster(lab, plan.adminPassword);
    await cluster.deployHost(plan, lab.host(1), true);
    second = await BrokenDeploy.of(lab, lab.host(2));
    domains = onStorage(lab);
  });

  after(async () => {
    await lab?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function assertAsBefore(said: string): Promise<void> {
    await second.assertHostAsBefore(said);
    assert.deepEqual(onStorage(lab), domains, said);
    assert.ok(await cluster.engineHealthy(), 'the engine is up');
  }

  test('is refused with the host id of another, before anything is changed', async () => {
    await second.tell(answerFile(plan, { ...lab.host(2).plan, id: 1 }, false));
    const { code, stdout } = await second.deploy();
    assert.equal(code, 34, stdout);
    assert.match(stdout, /host id 1 is in use by the first host \(host1\.lab\.test\)/);
    assert.match(stdout, /OVEHOSTED_STORAGE\/hostID=int:2/);
    assert.match(stdout, /Nothing was changed on this host or on the storage/);
    await assertAsBefore(stdout);
  });

  for (const [step, kept] of INTERRUPTED) {
    test(`CTRL-C after '${step}' leaves it and the cluster as they were`, async () => {
      await second.tell(answerFile(plan, lab.host(2).plan, false));
      const { code, stdout } = await second.breakAfter(step, 'int');
      assert.equal(code, 13, stdout);
      assert.doesNotMatch(stdout, /Cannot undo/);
      if (kept === undefined) assert.doesNotMatch(stdout, /Kept: /);
      else assert.match(stdout, kept);
      assert.match(stdout, /To try it again:\n +hosted-engine --deploy --config-append=/);
      await assertAsBefore(stdout);
    });
  }

  test("CTRL-C after 'ha-services' comes too late, and it has joined under its id", async () => {
    const { code, stdout } = await second.breakAfter('ha-services', 'int');
    assert.equal(code, 13, stdout);
    assert.match(stdout, /This host is deployed all the same/);
    await cluster.untilSettled(60);
    const { hosts } = await cluster.statusOf(lab.host(1));
    assert.deepEqual(hosts.map(({ hostId }) => hostId).sort(), [1, 2]);
  });
});
