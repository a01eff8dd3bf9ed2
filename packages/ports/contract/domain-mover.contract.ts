import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DomainMover, MigrationTarget } from '../src/domain-mover.js';
import { type DomainStart, type VirtDriver, VirtError } from '../src/virt-driver.js';

/** An adapter under test on one host: what needs a second one is shown in the lab. */
export interface DomainMoverSubject {
  readonly driver: VirtDriver & DomainMover;
  /** A domain that can be started, new with each call. */
  domain(): DomainStart;
  close(): Promise<void>;
}

/** A name that nobody has (RFC 6761). */
const NOWHERE: MigrationTarget = {
  host: 'nowhere.invalid',
  dataHost: 'nowhere.invalid',
  downtimeMs: 100,
  bandwidthMiB: 1000,
  autoConverge: true,
};

/** The contract of ports/src/domain-mover.ts, as far as one host can show it. */
export function domainMoverContract(name: string, open: () => Promise<DomainMoverSubject>): void {
  describe(`DomainMover contract: ${name}`, { concurrency: false }, () => {
    let subject: DomainMoverSubject;
    let driver: VirtDriver & DomainMover;

    before(async () => {
      subject = await open();
      driver = subject.driver;
    });
    after(() => subject.close());

    const isFailure = (failure: string) => (error: unknown) =>
      error instanceof VirtError && error.failure === failure;

    it('names an absent domain as such', async () => {
      const { vmId } = subject.domain();
      await assert.rejects(driver.migrate(vmId, NOWHERE), isFailure('no-domain'));
      await assert.rejects(driver.progress(vmId), isFailure('no-domain'));
      await assert.rejects(driver.abort(vmId), isFailure('no-domain'));
    });

    it('a domain that nobody migrates has no progress, and there is nothing to end', async () => {
      const domain = subject.domain();
      await driver.start(domain);
      assert.equal(await driver.progress(domain.vmId), undefined);
      await assert.rejects(driver.abort(domain.vmId), isFailure('refused'));
      await driver.command(domain.vmId, { kind: 'destroy' });
    });

    it('M1: a target that is not there leaves the guest running here', async () => {
      const domain = subject.domain();
      await driver.start(domain);
      const { pid } = await driver.inspect(domain.vmId);
      await assert.rejects(driver.migrate(domain.vmId, NOWHERE), isFailure('refused'));
      const view = await driver.inspect(domain.vmId);
      assert.deepEqual([view.state, view.pid], ['running', pid]);
      await driver.command(domain.vmId, { kind: 'destroy' });
    });
  });
}
