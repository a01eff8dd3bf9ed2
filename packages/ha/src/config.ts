import { DEFAULT_WEIGHTS, type ScoreWeights } from '@hosted-engine/core';
import type { HostedEngineConf } from '@hosted-engine/formats';
import { HeError } from '@hosted-engine/ports';
import type { NetworkTest } from './adapters/network-probe.js';

/** Reads one value of a configuration file; undefined when it is not there. */
export type Lookup = (key: string) => string | undefined;

/** The network test that hosted-engine.conf asks for; ping of the gateway when it names none. */
export function networkTestOf(conf: HostedEngineConf): NetworkTest {
  const kind = conf.networkTest ?? 'ping';
  switch (kind) {
    case 'none':
      return { kind };
    case 'ping':
    case 'dns':
      if (conf.gateway === undefined) throw invalid('gateway is missing');
      return kind === 'ping' ? { kind, address: conf.gateway } : { kind, resolver: conf.gateway };
    case 'tcp':
      if (conf.tcpTestAddress === undefined) throw invalid('tcp_t_address is missing');
      if (conf.tcpTestPort === undefined) throw invalid('tcp_t_port is missing');
      return { kind, address: conf.tcpTestAddress, port: conf.tcpTestPort };
    default:
      throw invalid(`network_test must be ping, dns, tcp or none, not ${kind}`);
  }
}

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

function invalid(fault: string): HeError {
  return new HeError('HE_CONFIG_INVALID', `hosted-engine.conf: ${fault}`, {
    remedy: 'Correct the file, or deploy this host again.',
  });
}
