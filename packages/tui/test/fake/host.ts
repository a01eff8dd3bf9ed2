import {
  decodeHostSlot,
  encodeHostSlot,
  type HostStatus,
  type StatusView,
} from '@hosted-engine/core/whiteboard';
import { HeError } from '@hosted-engine/ports';
import { deploy, exitCodeOf } from '@hosted-engine/setup';
import { FakeHost } from '@hosted-engine/setup/test/fake/world';
import type { DeployRequest, Look, MaintenanceMode, TuiHost } from '../../src/index.js';

/** A cluster of three, seen from its host 2; the engine VM runs on host 1 and follows the maintenance. */
export class FakeTuiHost implements TuiHost {
  readonly hostname = 'host2.lab.test';
  isDeployed = true;
  /** Why the HA daemon does not answer. */
  silence: string | undefined;
  mode: MaintenanceMode = 'none';
  /** Hosts besides the three. */
  more = 0;
  engineRunsHere = false;
  password: string | undefined;
  /** What a deployment finds. */
  readonly bare = new FakeHost();

  async look(): Promise<Look> {
    return {
      deployment: this.isDeployed
        ? { kind: 'deployed', fqdn: 'engine.lab.test', hostId: 2 }
        : { kind: 'none' },
      board:
        this.silence === undefined
          ? { kind: 'known', view: this.#view() }
          : { kind: 'unknown', why: this.silence },
    };
  }

  async setMaintenance(mode: MaintenanceMode, isForced: boolean): Promise<void> {
    if (mode === 'local' && this.engineRunsHere && !isForced) {
      throw new HeError(
        'HE_NO_TARGET',
        'the engine VM runs here and no other host can take it over',
      );
    }
    this.mode = mode;
  }

  async setConsolePassword(password: string): Promise<readonly string[]> {
    if (password === 'refuse me') {
      throw new HeError('HE_FAILED', 'the engine VM does not run on this host', {
        remedy: '`hosted-engine --vm-status` shows where it runs',
      });
    }
    this.password = password;
    return ['The password is set.'];
  }

  async deploy({ configFiles, makeDialog, signal }: DeployRequest): Promise<number> {
    const image = 'OVEHOSTED_VM/vmDiskImage=str:/images/engine.raw';
    this.bare.files.put('/root/answers.conf', `[environment:default]\n${image}\n`, 0o600);
    const made = this.bare.world();
    const { clock } = made;
    // Its waits are over at once, but the keyboard is heard in between.
    const sleep: typeof clock.sleep = async (ms, signalOfSleep) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await clock.sleep(ms, signalOfSleep);
    };
    const world = { ...made, clock: { ...clock, sleep } };
    const dialog = makeDialog(world.log);
    const note = (text: string): void => {
      dialog.note(text);
      // Whoever is asked to shut the VM down does so.
      if (/system will wait until/.test(text)) this.bare.hostd.shutDownGuests();
    };
    const outcome = await deploy(
      world,
      { ...dialog, note },
      { configFiles, version: '0.1.0', isUnprotectedSession: false },
      signal,
    );
    return exitCodeOf(outcome);
  }

  #view(): StatusView {
    const ids = Array.from({ length: 3 + this.more }, (_, index) => index + 1);
    const runsOn = this.engineRunsHere ? 2 : 1;
    return {
      globalMaintenance: this.mode === 'global',
      hosts: ids.map((id) => this.#host(id, id === runsOn)),
    };
  }

  #host(hostId: number, runsEngine: boolean): HostStatus {
    const slot = decodeHostSlot(
      hostId,
      encodeHostSlot({
        hostId,
        timestampS: 4242,
        timestampWallS: 1_700_000_000,
        score: hostId === 3 ? 2400 : 3400,
        engineStatus: runsEngine
          ? { vm: 'up', health: 'good', detail: 'Up' }
          : { vm: 'down', health: 'bad', detail: 'unknown' },
        hostname: `host${hostId}.lab.test`,
        localMaintenance: hostId === 2 && this.mode === 'local',
        stopped: false,
        confOnSharedStorage: true,
        vmConfRefreshS: 4200,
        vmConfRefreshWallS: 1_700_000_000,
        state: runsEngine ? 'EngineUp' : 'EngineDown',
      }),
    );
    if (slot.kind !== 'host') throw new Error('the slot does not decode');
    return { kind: 'host', record: slot.record, liveness: hostId === 3 ? 'stale' : 'live' };
  }
}
