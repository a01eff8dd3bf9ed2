import { runnersAmong } from '../cluster/peers.js';
import { isPaused, type SettledVm, type VmView } from '../engine-status.js';
import { downAfterRun } from './after-run.js';
import { afterPause, climb, patienceS, pausePatienceS, serviceWasRefused } from './ladder.js';
import { dueMove, targetOf, watchBetter } from './move.js';
import { ELSEWHERE } from './state-moving.js';
import type { Context } from './step.js';
import { type Decision, go, isOverdue, stay } from './transition.js';

/** Between two attempts to let a paused guest go on. */
const RESUME_PAUSE_S = 10;
/**
 * Refused as often with its storage fine, a guest will not go on at all: its lease was somebody else's meanwhile.
 * It takes longer than a host id that is not renewed needs to lapse, which mends itself.
 */
const RESUMES_MAX = 9;

type Running = Extract<VmView, { kind: 'running' }>;

/** EngineUp and EngineUpBadHealth: the guest runs here and was healthy once. */
export function fromUp(context: Context, vm: SettledVm): Decision {
  const { machine, seen, timing } = context;
  if (vm.kind === 'down' || vm.kind === 'absent') return downAfterRun(context, vm);
  if (vm.kind === 'waiting') {
    return go(machine, seen.nowS, 'EngineStart', 'the engine VM is being launched again', {
      memory: { wasUp: false },
      timeoutS: timing.startTimeoutS,
    });
  }
  if (vm.pause === 'io-error') return pausedByStorage(context);
  if (vm.status === 'Migration Source') {
    // Begun by the engine or by hand: followed, not hindered.
    return go(machine, seen.nowS, 'EngineMigratingAway', 'somebody migrates the engine VM', {
      memory: { target: ELSEWHERE, leaving: true },
      timeoutS: timing.migrationTimeoutS,
    });
  }
  return move(context) ?? byHealth(context, vm);
}

/** Rows 5 and 10: another host is better by far, and has been for a while. */
function move(context: Context): Decision | undefined {
  const { machine, seen, score, timing } = context;
  const better = watchBetter(machine, seen, score);
  const watching = { ...machine, memory: { ...machine.memory, better } };
  const peer = dueMove(watching, seen, score, timing);
  if (peer === undefined) return undefined;
  const where = `host ${peer.slot.hostId} (${peer.slot.hostname})`;
  const why = `${where} has ${peer.slot.score} points, this host ${score.total}`;
  // Twice refused: stop here and start there, if being here is what is wrong.
  if (machine.memory.failedMovesS.length >= 2) {
    return go(watching, seen.nowS, 'EngineStop', `${why}, and it cannot be migrated`, {
      effects: ['shutdown-vm'],
      memory: { stopCountsAsFailure: false, failedMovesS: [], better: undefined },
      timeoutS: timing.gracefulStopS,
    });
  }
  const target = targetOf(peer);
  return go(watching, seen.nowS, 'EngineMigratingAway', why, {
    effects: [{ kind: 'migrate-vm', to: target }],
    memory: { target, better: undefined, leaving: false },
    timeoutS: timing.migrationTimeoutS,
  });
}

function byHealth(context: Context, vm: Running): Decision {
  const { machine, seen, timing, score } = context;
  const { health } = seen;
  const memory = { better: watchBetter(machine, seen, score) };
  if (health.kind === 'unknown') {
    const reason = `the VM is ${vm.status}; the engine's health is unknown: ${health.why}`;
    return stay(machine, reason, { memory: { ...memory, goodSinceS: undefined } });
  }
  if (health.value === 'good') {
    const goodSinceS = machine.memory.goodSinceS ?? seen.nowS;
    const rung = seen.nowS - goodSinceS >= timing.ladderResetS ? 0 : machine.memory.rung;
    const reason = 'the engine is healthy';
    if (machine.name === 'EngineUpBadHealth' && isJustResumed(context)) {
      return stay(machine, 'the engine is healthy again, watching whether the guest goes on', {
        memory: { ...memory, goodSinceS },
      });
    }
    return machine.name === 'EngineUp'
      ? stay(machine, reason, { memory: { ...memory, goodSinceS, rung } })
      : go(machine, seen.nowS, 'EngineUp', `${reason} again`, {
          memory: { ...memory, goodSinceS, rung },
        });
  }
  if (machine.name === 'EngineUp') {
    return go(machine, seen.nowS, 'EngineUpBadHealth', 'the engine fails its liveliness check', {
      memory: { ...memory, goodSinceS: undefined },
      timeoutS: patienceS(context),
    });
  }
  if (isOverdue(machine, seen.nowS) || serviceWasRefused(context)) return climb(context);
  return stay(machine, 'the engine fails its liveliness check', { memory });
}

/** On a full disk a guest goes on for a moment and pauses again: neither health nor a new resume counts at once. */
function isJustResumed({ machine, seen }: Context): boolean {
  const { resumedS } = machine.memory;
  return resumedS !== undefined && seen.nowS - resumedS < RESUME_PAUSE_S;
}

/** Why the last attempt to resume the guest failed. */
function resumeRefusal({ machine, seen }: Context): string | undefined {
  const refused = seen.resumeRefused;
  const { resumedS } = machine.memory;
  if (refused === undefined || resumedS === undefined || refused.atS < resumedS) return undefined;
  return `its resume was refused: ${refused.why}`;
}

/** Row 9: the guest stopped itself on an I/O error. It goes on when the storage is fine again. */
function pausedByStorage(context: Context): Decision {
  const { machine, seen } = context;
  const { resumes } = machine.memory;
  const usable = seen.storage.kind === 'known' && seen.storage.value;
  if (machine.name === 'EngineUp') {
    return go(machine, seen.nowS, 'EngineUpBadHealth', 'the guest is paused on an I/O error', {
      memory: { goodSinceS: undefined, resumes: 0 },
      timeoutS: pausePatienceS(context),
    });
  }
  // One whose guest executes, while the one here is paused.
  const runner = runnersAmong(machine.memory.peers).find(({ slot }) => !isPaused(slot.engine));
  if (runner !== undefined) {
    // The pause gave the lease up (libvirt), so this guest may not go on: it is a leftover.
    const { hostId, hostname } = runner.slot;
    const why = `host ${hostId} (${hostname}) has taken the engine VM over: ending the guest that is paused here`;
    return go(machine, seen.nowS, 'EngineForceStop', why, {
      effects: ['destroy-vm'],
      memory: { restartHere: false, stopCountsAsFailure: false },
    });
  }
  if (!usable) return stay(machine, 'the guest is paused; its storage is not fine yet');
  const refusal = resumeRefusal(context);
  if (!isOverdue(machine, seen.nowS) && (refusal === undefined || resumes < RESUMES_MAX)) {
    if (isJustResumed(context)) {
      const why = refusal === undefined ? 'the guest was resumed, and paused again' : refusal;
      return stay(machine, why);
    }
    return stay(machine, 'the storage is fine again: resuming the guest', {
      effects: ['resume-vm'],
      memory: { resumedS: seen.nowS, resumes: resumes + 1, goodSinceS: undefined },
    });
  }
  // Its disk may be full: a start does not mend that, so the next one waits longer and somebody is told.
  const { rung, alert } = afterPause(context);
  return go(
    machine,
    seen.nowS,
    'EngineForceStop',
    `${alert}the guest cannot be resumed${refusal === undefined ? '' : ` (${refusal})`}: starting it anew`,
    {
      effects: ['destroy-vm'],
      memory: { restartHere: true, stopCountsAsFailure: false, rung },
    },
  );
}
