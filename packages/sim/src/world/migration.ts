// Live migration: the guest runs on at its source until it runs at its target, and the lease goes with it.

import type { Qemu, SimHypervisor } from './hypervisor.js';

/** What a host daemon gives a migration that makes no progress. */
const STALL_S = 240;

export function migrate(source: SimHypervisor, hostname: string): void {
  const { world, host } = source.machine;
  const { qemu } = source;
  if (qemu?.phase !== 'running' || qemu.guest === undefined) return;
  qemu.phase = 'leaving';
  const targetHost = world.hosts.find((candidate) => candidate.name === hostname);
  world.happened({ kind: 'migration-began', host, to: hostname });
  const fail = (why: string): void => {
    if (source.qemu === qemu && qemu.phase === 'leaving') qemu.phase = 'running';
    world.happened({ kind: 'migration-failed', host, why });
  };
  const canConnect = host.hasNetwork && targetHost?.hasNetwork === true;
  const target = canConnect ? targetHost?.machine?.hypervisor : undefined;
  const arriving = target?.receive();
  if (target === undefined || arriving === undefined || targetHost === host) {
    world.clock.after(1, () => fail(`cannot connect to ${hostname}`));
    return;
  }
  const abandon = (why: string): void => {
    if (target.qemu === arriving) target.end('migrated-away', why);
    fail(why);
  };
  const progress = (leftS: number, givesUpS: number): void => {
    const stepS = Math.min(leftS, 1);
    world.clock.after(stepS, () => {
      if (source.machine.isOff || source.qemu !== qemu) return abandonTarget();
      if (target.machine.isOff || target.qemu !== arriving) return fail('the target is gone');
      if (!host.hasNetwork || targetHost?.hasNetwork !== true) return abandon('connection lost');
      if (qemu.guest?.hasLease === false) return abandon('the guest is paused on an I/O error');
      if (world.migrations === 'fail') return abandon('migration failed');
      if (world.migrations === 'hang') {
        if (world.clock.nowS >= givesUpS) return abandon('no progress');
        return progress(leftS, givesUpS);
      }
      if (leftS > stepS) return progress(leftS - stepS, givesUpS);
      handOver(source, qemu, target, arriving);
    });
  };
  const abandonTarget = (): void => {
    if (target.qemu === arriving && !target.machine.isOff) target.end('migrated-away', 'cancelled');
  };
  progress(world.profile.migrationS, world.clock.nowS + STALL_S);
}

/** The guest stands still: the source gives the lease back, the target takes it, and goes on. */
function handOver(source: SimHypervisor, qemu: Qemu, target: SimHypervisor, arriving: Qemu): void {
  const { world, host, sanlock } = source.machine;
  const { guest } = qemu;
  qemu.phase = 'handing-over';
  let isTakingBack = false;
  sanlock.release((isReleased) => {
    if (source.qemu !== qemu) return;
    if (!isReleased) return goOn();
    target.machine.sanlock.acquire(
      () => target.qemu === arriving && !target.machine.isOff,
      (result) => {
        if (result.kind === 'refused' || source.machine.isOff || source.qemu !== qemu) {
          target.end('migrated-away', 'cancelled');
          if (result.kind === 'granted') target.machine.sanlock.release();
          takeBack();
          return;
        }
        arriving.phase = 'running';
        arriving.guest = guest;
        source.end('migrated-away', 'Migration succeeded');
        world.happened({ kind: 'migrated', host, to: target.machine.host.name });
      },
    );
    // A target that dies here never answers.
    world.clock.after(5, () => {
      if (source.qemu === qemu && qemu.phase === 'handing-over') takeBack();
    });
  });

  function goOn(): void {
    if (target.qemu === arriving) target.end('migrated-away', 'cancelled');
    if (source.qemu === qemu) qemu.phase = 'running';
    world.happened({ kind: 'migration-failed', host, why: 'the lease could not be handed over' });
  }

  function takeBack(): void {
    if (source.machine.isOff || source.qemu !== qemu || isTakingBack) return;
    isTakingBack = true;
    sanlock.acquire(
      () => source.qemu === qemu && !source.machine.isOff,
      (result) => {
        if (result.kind === 'granted') goOn();
        else source.end('crashed', `the lease was lost during a migration: ${result.why}`);
      },
    );
  }
}
