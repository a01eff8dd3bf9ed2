import { DEFAULT_WEIGHTS, type ScoreWeights } from '@hosted-engine/core';
import type { DecimalKey, IntegerKey } from '@hosted-engine/formats';

/** agent.conf `[score]`: points and conditions (ha-daemon.md 4). Equal on all hosts, but for the last three. */
export const SCORE_KEYS = {
  base: points('base-score', 'base', 'score of a host with nothing against it'),
  network: points(
    'network-score-penalty',
    'network',
    'taken for a management network that is not reached; in part for a part of the tests',
  ),
  bridge: points(
    'mgmt-bridge-score-penalty',
    'bridge',
    'taken while the bridge of hosted-engine.conf is not up',
  ),
  memory: points(
    'free-memory-score-penalty',
    'memory',
    'taken when less memory is free than the engine VM needs; not where it runs',
  ),
  cpu: points('cpu-load-score-penalty', 'cpu', 'taken in full at cpu-load-penalty-max'),
  cpuLoadMin: share(
    'cpu-load-penalty-min',
    'cpuLoadMin',
    'average load of 15 minutes, without the engine VM’s share, from which points are taken',
  ),
  cpuLoadMax: share('cpu-load-penalty-max', 'cpuLoadMax', 'load at which all of them are taken'),
  staleConfig: points(
    'not-uptodate-config-penalty',
    'staleConfig',
    'taken while vm.conf cannot be refreshed from the shared storage',
  ),
  failedStart: points(
    'engine-retry-score-penalty',
    'failedStart',
    'taken for each start that failed here in the last ten minutes',
  ),
  priority: {
    section: 'score',
    key: 'host-priority',
    type: 'integer',
    min: -3400,
    max: 3400,
    fallback: DEFAULT_WEIGHTS.priority,
    isOurs: true,
    meaning:
      'added to this host’s score: a host that is 800 points ahead for this alone has the engine VM moved to it',
  },
  memoryMinMiB: {
    section: 'score',
    key: 'minimum-free-memory-mib',
    type: 'integer',
    min: 0,
    max: 99_999_999,
    fallback: DEFAULT_WEIGHTS.memoryMinMiB,
    isOurs: true,
    meaning: 'with less free memory this host does not run the engine VM; 0 for no condition',
  },
  cpuMinCores: {
    section: 'score',
    key: 'minimum-cpu-cores',
    type: 'integer',
    min: 0,
    max: 99_999,
    fallback: DEFAULT_WEIGHTS.cpuMinCores,
    isOurs: true,
    meaning: 'with fewer CPUs this host does not run the engine VM; 0 for no condition',
  },
} as const satisfies Readonly<Record<keyof ScoreWeights, IntegerKey | DecimalKey>>;

function points(key: string, weight: keyof ScoreWeights, meaning: string): DecimalKey {
  const fallback = DEFAULT_WEIGHTS[weight];
  return { section: 'score', key, type: 'decimal', min: 0, max: 100_000, fallback, meaning };
}

function share(key: string, weight: keyof ScoreWeights, meaning: string): DecimalKey {
  const fallback = DEFAULT_WEIGHTS[weight];
  return { section: 'score', key, type: 'decimal', min: 0, max: 1, fallback, meaning };
}
