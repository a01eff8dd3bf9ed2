import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Hypervisor } from '../src/hypervisor.js';

/** One hypervisor to judge, with no engine VM in its table yet. */
export interface HypervisorSubject {
  readonly hypervisor: Hypervisor;
  /** A definition that it can start. */
  readonly vmConf: string;
  /** Lets a start that was accepted go on to a running guest. */
  bootGuest(): Promise<void>;
  /** The guest ends by itself and leaves a dead entry. */
  guestPowersOff(): Promise<void>;
  /** The host daemon does not answer any more. */
  silence(): Promise<void>;
  /** How often a VM was really created. */
  creations(): number;
  dispose(): Promise<void>;
}

/** The contract H1 to H3 of ports/src/hypervisor.ts. */
export function hypervisorContract(name: string, create: () => Promise<HypervisorSubject>): void {
  const check = (title: string, body: (subject: HypervisorSubject) => Promise<void>): void => {
    it(title, async () => {
      const subject = await create();
      try {
        await body(subject);
      } finally {
        await subject.dispose();
      }
    });
  };
  const kindOf = async (hypervisor: Hypervisor) => (await hypervisor.vm()).view.kind;

  describe(`Hypervisor contract: ${name}`, () => {
    check('a VM that is in no table is absent', async ({ hypervisor }) => {
      assert.equal(await kindOf(hypervisor), 'absent');
    });

    check('H2: an accepted start is seen to wait, then to run', async (subject) => {
      const { hypervisor } = subject;
      await hypervisor.startVm(subject.vmConf);
      assert.equal(await kindOf(hypervisor), 'waiting');
      await subject.bootGuest();
      assert.equal(await kindOf(hypervisor), 'running');
    });

    check('H2: a second start leaves the first alone', async (subject) => {
      const { hypervisor } = subject;
      await hypervisor.startVm(subject.vmConf);
      await hypervisor.startVm(subject.vmConf);
      await subject.bootGuest();
      await hypervisor.startVm(subject.vmConf);
      assert.equal(subject.creations(), 1);
    });

    check('H2: a start replaces a dead entry', async (subject) => {
      const { hypervisor } = subject;
      await hypervisor.startVm(subject.vmConf);
      await subject.bootGuest();
      await subject.guestPowersOff();
      await hypervisor.startVm(subject.vmConf);
      assert.equal(await kindOf(hypervisor), 'waiting');
      assert.equal(subject.creations(), 2);
    });

    check('a guest that powered itself off was shut down', async (subject) => {
      const { hypervisor } = subject;
      await hypervisor.startVm(subject.vmConf);
      await subject.bootGuest();
      await subject.guestPowersOff();
      const { view } = await hypervisor.vm();
      assert.equal(view.kind === 'down' ? view.cause : view.kind, 'shut-down');
    });

    check('H3: with nothing to do, ending and forgetting succeed', async ({ hypervisor }) => {
      await hypervisor.command('shutdown');
      await hypervisor.command('destroy');
      await hypervisor.command('forget');
      assert.equal(await kindOf(hypervisor), 'absent');
    });

    check('H3: forgetting a running VM does not touch it', async (subject) => {
      const { hypervisor } = subject;
      await hypervisor.startVm(subject.vmConf);
      await subject.bootGuest();
      await hypervisor.command('forget');
      assert.equal(await kindOf(hypervisor), 'running');
    });

    check('H3: forgetting a dead VM clears its entry', async (subject) => {
      const { hypervisor } = subject;
      await hypervisor.startVm(subject.vmConf);
      await subject.bootGuest();
      await subject.guestPowersOff();
      await hypervisor.command('forget');
      assert.equal(await kindOf(hypervisor), 'absent');
    });

    check('H1: silence rejects every call', async (subject) => {
      const { hypervisor } = subject;
      await subject.silence();
      await assert.rejects(hypervisor.vm());
      await assert.rejects(hypervisor.startVm(subject.vmConf));
      await assert.rejects(hypervisor.command('destroy'));
      await assert.rejects(hypervisor.storage());
      await assert.rejects(hypervisor.figures());
    });
  });
}
