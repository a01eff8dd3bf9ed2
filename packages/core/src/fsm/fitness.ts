import { type Score, type ScoreWeights, scoreOf } from '../score/score.js';
import type { Machine } from './machine.js';
import type { Observation } from './observation.js';

/** The score that this host would publish in state `machine` with these facts. */
export function scoreIn(machine: Machine, seen: Observation, weights: ScoreWeights): Score {
  const runsHere = seen.vm.kind === 'known' && seen.vm.value.kind === 'running';
  const inGlobal = seen.globalMaintenance.kind === 'known' && seen.globalMaintenance.value;
  return scoreOf(
    {
      networkShare: seen.networkShare,
      bridgeUp: seen.bridgeUp,
      memoryFreeMiB: seen.memoryFreeMiB,
      memoryNeededMiB: runsHere || inGlobal ? undefined : seen.vmMemoryMiB,
      cpuLoad: seen.cpuLoad,
      configUpToDate: seen.configUpToDate,
      cpuCores: seen.cpuCores,
      failedStarts: machine.memory.failedStartsS.length,
      disqualified: disqualificationOf(machine, seen),
    },
    weights,
  );
}

function disqualificationOf(machine: Machine, seen: Observation) {
  if (seen.localMaintenance) return 'local-maintenance';
  switch (machine.name) {
    case 'StartState':
    case 'ReinitializeFSM':
      return 'initialising';
    case 'AgentStopped':
      return 'stopped';
    case 'LocalMaintenance':
    case 'LocalMaintenanceMigrateVm':
      return 'local-maintenance';
    default:
      return machine.memory.disqualified?.reason;
  }
}
