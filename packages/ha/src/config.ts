import { DEFAULT_WEIGHTS, type ScoreWeights } from '@hosted-engine/core';
import { HeError } from '@hosted-engine/ports';

/** Reads one value of a configuration file; undefined when it is not there. */
export type Lookup = (key: string) => string | undefined;

/** agent.conf `[score]`: absent keys keep their defaults. */
export function weightsOf(score: Lookup): ScoreWeights {
  const number = (key: string, fallback: number, min = Number.NEGATIVE_INFINITY): number => {
    const text = score(key);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && value >= min) return value;
    throw new HeError(
      'HE_CONFIG_INVALID',
      `agent.conf [score] ${key} must be a number${min === 0 ? ' of at least 0' : ''}, not ${text}`,
    );
  };
  const points = (key: string, fallback: number): number => number(key, fallback, 0);
  return {
    base: points('base-score', DEFAULT_WEIGHTS.base),
    network: points('network-score-penalty', DEFAULT_WEIGHTS.network),
    bridge: points('mgmt-bridge-score-penalty', DEFAULT_WEIGHTS.bridge),
    memory: points('free-memory-score-penalty', DEFAULT_WEIGHTS.memory),
    cpu: points('cpu-load-score-penalty', DEFAULT_WEIGHTS.cpu),
    cpuLoadMin: points('cpu-load-penalty-min', DEFAULT_WEIGHTS.cpuLoadMin),
    cpuLoadMax: points('cpu-load-penalty-max', DEFAULT_WEIGHTS.cpuLoadMax),
    staleConfig: points('not-uptodate-config-penalty', DEFAULT_WEIGHTS.staleConfig),
    failedStart: points('engine-retry-score-penalty', DEFAULT_WEIGHTS.failedStart),
    priority: number('host-priority', DEFAULT_WEIGHTS.priority),
    memoryMinMiB: points('minimum-free-memory-mib', DEFAULT_WEIGHTS.memoryMinMiB),
    cpuMinCores: points('minimum-cpu-cores', DEFAULT_WEIGHTS.cpuMinCores),
  };
}
