import type { SimHost } from './host.js';
import { SimHypervisor } from './hypervisor.js';
import { DOMAIN, Sanlock } from './sanlock.js';
import type { StoragePath } from './storage.js';
import type { World } from './world.js';

/** One boot of a host: all that a power cut takes away. */
export class Machine {
  readonly world: World;
  readonly host: SimHost;
  readonly sanlock: Sanlock;
  readonly hypervisor: SimHypervisor;
  isOff = false;
  /** The storage was connected since the boot. */
  isConnected = false;
  /** What the daemon's mark below /run says. */
  isStartUnderWay = false;

  constructor(world: World, host: SimHost) {
    this.world = world;
    this.host = host;
    this.sanlock = new Sanlock({
      hostId: host.hostId,
      ownerName: host.name,
      clock: world.clock,
      random: host.random,
      profile: world.profile,
      storage: world.storage,
      path: host.path,
      machine: this,
      hostIds: () => world.hostIds,
      note: (text) => world.happened({ kind: 'sanlock', host, text }),
      killHolders: () => this.hypervisor.killedBySanlock(),
      armWatchdog: (fromS, isSettled) => this.#armWatchdog(fromS, isSettled),
    });
    this.hypervisor = new SimHypervisor(this);
    this.#keepMonitoring();
  }

  get path(): StoragePath {
    return this.host.path;
  }

  /** The host daemon joins the domain's lockspace again when it was lost. */
  #keepMonitoring(): void {
    this.world.clock.after(5, () => {
      if (this.isOff) return;
      const { hypervisor, path } = this;
      const canJoin = hypervisor.isMonitoring && hypervisor.answers === 'yes' && path.mode === 'ok';
      if (canJoin) this.sanlock.join(DOMAIN);
      this.#keepMonitoring();
    });
  }

  #armWatchdog(fromS: number, isSettled: () => boolean): void {
    const { clock, profile } = this.world;
    // The last feeding was at most 10 s before the lease failed.
    const dueS = fromS + profile.watchdogS - this.host.random.between(0.5, 10);
    clock.after(dueS + this.host.watchdogLateS - clock.nowS, () => {
      if (this.isOff || isSettled() || !this.host.hasWatchdog) return;
      this.host.reset('the watchdog fired');
    });
  }

  off(): void {
    this.isOff = true;
    this.hypervisor.powerCut();
  }
}
