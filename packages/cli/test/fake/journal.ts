import {
  DEFAULT_TIMING,
  DEFAULT_WEIGHTS,
  type DecisionEntry,
  initialMachine,
  known,
  type Observation,
  step,
  unknown,
} from '@hosted-engine/core';

const SEEN: Observation = {
  nowS: 1000,
  hostId: 2,
  globalMaintenance: known(false),
  localMaintenance: false,
  vm: known({ kind: 'absent' }),
  health: unknown('the engine VM does not run here'),
  storage: known(true),
  slots: known({ peers: [], readS: 1000 }),
  lease: unknown('not looked at while the engine runs'),
  networkShare: known(0),
  bridgeUp: known(true),
  memoryFreeMiB: known(8000),
  cpuLoad: known(0.1),
  cpuCores: known(4),
  configUpToDate: known(true),
  vmMemoryMiB: 4096,
  startRefused: undefined,
  moveRefused: undefined,
  serviceRefused: undefined,
  resumeRefused: undefined,
  localMaintenanceForced: false,
};

/** What host 2 decided after its start, as its journal has it. */
export function decision(changes: Partial<DecisionEntry> = {}): DecisionEntry {
  const from = initialMachine(990);
  const config = { timing: DEFAULT_TIMING, weights: DEFAULT_WEIGHTS };
  const { next, effects, reason, score } = step(from, SEEN, config);
  return {
    kind: 'decision',
    wallMs: 0,
    hostname: 'host2.lab.test',
    from,
    seen: SEEN,
    config,
    to: next.name,
    deadlineS: next.deadlineS,
    effects,
    reason,
    score,
    ...changes,
  };
}
