/** Timings of a simulated cluster, in seconds. */
export interface Profile {
  /** sanlock's io_timeout N: renewal each 2N, failed at 8N. */
  readonly ioTimeoutS: number;
  /** sanlock's watchdog_fire_timeout W: a host is dead 8N + W after its last renewal. */
  readonly watchdogS: number;
  /** From the guest's first instruction to a healthy engine. */
  readonly bootS: number;
  /** From power-on to the HA daemon. */
  readonly hostBootS: number;
  readonly migrationS: number;
  /** From an accepted start to the lease being asked for: libvirt starts QEMU. */
  readonly launchS: number;
  /** systemd's pause before it starts a daemon that died. */
  readonly daemonRestartS: number;
  /** How long the host daemon and the storage take to answer when all is well. */
  readonly answerS: number;
}

/** The lab's: io_timeout 1, a small guest. */
export const LAB_PROFILE: Profile = {
  ioTimeoutS: 1,
  watchdogS: 60,
  bootS: 10,
  hostBootS: 20,
  migrationS: 1.6,
  launchS: 0.5,
  daemonRestartS: 2,
  answerS: 0.005,
};

/** sanlock's and oVirt's defaults, a guest of usual size. */
export const DEFAULT_PROFILE: Profile = {
  ...LAB_PROFILE,
  ioTimeoutS: 10,
  bootS: 60,
  hostBootS: 60,
  migrationS: 8,
  launchS: 1,
};

/** Seconds after which sanlock kills what holds a lease of a host that cannot renew. */
export function failS(profile: Profile): number {
  return 8 * profile.ioTimeoutS;
}

/** Seconds after which sanlock calls a host dead. */
export function deadS(profile: Profile): number {
  return failS(profile) + profile.watchdogS;
}
