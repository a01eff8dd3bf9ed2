import { DEFAULT_TIMING, type Timing } from '@hosted-engine/core';
import type { IntegerKey } from '@hosted-engine/formats';

/**
 * agent.conf `[timing]`: the daemon's times in seconds. The bounds keep what the safety of a cluster with original
 * agents rests on: those publish every 10 s and must not be taken for dead.
 */
export const TIMING_KEYS = {
  publishS: seconds('publish-interval', 'publishS', 1, 10, 'between two decisions, and slots'),
  missedMax: {
    section: 'timing',
    key: 'publications-missed',
    type: 'integer',
    min: 2,
    max: 30,
    fallback: DEFAULT_TIMING.missedMax,
    isOurs: true,
    meaning: 'a host that missed more publications than this, of its own pace, is not respected',
  },
  deadAfterS: seconds('dead-after', 'deadAfterS', 60, 600, 'of silence after which a host is dead'),
  badHealthS: seconds(
    'bad-health',
    'badHealthS',
    60,
    3600,
    'of a bad health page before the engine’s service is restarted',
  ),
  serviceRestartS: seconds(
    'service-restart',
    'serviceRestartS',
    30,
    1800,
    'for the engine to recover after a restart of its service, before the VM is restarted',
  ),
  ladderPauseS: seconds(
    'ladder-pause',
    'ladderPauseS',
    60,
    86_400,
    'between rounds of repairs that did not help; doubles each time',
  ),
  ladderResetS: seconds(
    'ladder-reset',
    'ladderResetS',
    60,
    86_400,
    'of good health after which repairs begin anew with the mildest',
  ),
  gracefulStopS: seconds(
    'graceful-stop',
    'gracefulStopS',
    10,
    1800,
    'for the guest to shut down before QEMU is ended',
  ),
  startTimeoutS: seconds(
    'start-timeout',
    'startTimeoutS',
    60,
    3600,
    'for a healthy engine after a start of the VM',
  ),
  pausedMaxS: seconds(
    'paused-limit',
    'pausedMaxS',
    30,
    3600,
    'after which a guest that stays paused with its storage fine is started anew',
  ),
  maybeAwayS: seconds(
    'maybe-away',
    'maybeAwayS',
    10,
    300,
    'to wait for another host to show the VM that vanished here',
  ),
  shutDownDisqualifiesS: seconds(
    'shutdown-yield',
    'shutDownDisqualifiesS',
    0,
    3600,
    'of score 0 after the VM was shut down here from inside or by hand',
  ),
  failedStartMemoryS: seconds(
    'failed-start-memory',
    'failedStartMemoryS',
    60,
    86_400,
    'for which a failed start counts',
  ),
  crashWindowS: seconds(
    'crash-window',
    'crashWindowS',
    60,
    86_400,
    'in which a second crash of QEMU lets the other hosts go first',
  ),
  crashYieldS: seconds('crash-yield', 'crashYieldS', 0, 3600, 'for which it does'),
  settleS: seconds(
    'settle',
    'settleS',
    11,
    120,
    'for a host to prove that it is alive after this daemon’s start; above the 10 s of original agents',
  ),
  standbyTurnS: seconds(
    'standby-turn',
    'standbyTurnS',
    5,
    300,
    'between the turns of the hosts that stand by for a start',
  ),
  parkLimitS: seconds(
    'park-limit',
    'parkLimitS',
    70,
    3600,
    'for which a host that waits for the lease is respected; above 8 x io_timeout and the watchdog’s 60 s',
  ),
  contentionPauseS: seconds(
    'contention-pause',
    'contentionPauseS',
    1,
    120,
    'after a lost race for the lease',
  ),
  lastResortPauseS: seconds(
    'last-resort-pause',
    'lastResortPauseS',
    5,
    3600,
    'between starts of a host of last resort',
  ),
  betterHoldS: seconds(
    'better-hold',
    'betterHoldS',
    2,
    3600,
    'for which another host must be 800 points ahead before the VM moves',
  ),
  dwellS: seconds('dwell', 'dwellS', 0, 86_400, 'that the VM stays where it came to, at least'),
  migrationTimeoutS: seconds(
    'migration-timeout',
    'migrationTimeoutS',
    30,
    3600,
    'for a live migration',
  ),
  movePauseS: seconds('move-pause', 'movePauseS', 5, 3600, 'after a failed migration'),
  failedMoveMemoryS: seconds(
    'failed-move-memory',
    'failedMoveMemoryS',
    60,
    86_400,
    'for which a failed migration counts',
  ),
} as const satisfies Readonly<Record<keyof Timing, IntegerKey>>;

function seconds(
  key: string,
  field: keyof Timing,
  min: number,
  max: number,
  meaning: string,
): IntegerKey {
  const fallback = DEFAULT_TIMING[field];
  const full = `seconds ${meaning}`;
  return {
    section: 'timing',
    key,
    type: 'integer',
    min,
    max,
    fallback,
    isOurs: true,
    meaning: full,
  };
}
