// Where a resumed run takes up the engine VM. The first boot makes an engine of the appliance: it takes its
// CA and its password from the seed, whose key this host does not keep. A disk whose first boot was cut
// short is neither the one nor the other, and is made anew.

import type { Run } from '../run/run.js';

/** The first boot began, and nobody knows how far it came. */
export function mustRemakeDisk(run: Run): boolean {
  return !isInstalledByHand(run) && hasBooted(run) && !isEngineUsable(run);
}

/** The engine of the earlier run lives, or has been seen healthy: its CA is the one that counts. */
export function mustKeepAuthority(run: Run): boolean {
  return hasBooted(run) && isEngineUsable(run);
}

/** The VM was shut down for the hand-over: from then on only HA starts it. */
export function isHandedOver(run: Run): boolean {
  return run.found.earlier !== undefined && run.journal.isDone('vm-shutdown');
}

/** Between the hand-over and the start of HA nobody runs the engine: there is nobody to ask. */
export async function keepOnceHandedOver(run: Run): Promise<'keep' | 'again'> {
  return isHandedOver(run) ? 'keep' : 'again';
}

/** A system that a person installed is theirs to configure, unless they ask for help: it gets no seed. */
export function isInstalledByHand({ answers }: Run): boolean {
  if (answers.get('OVEHOSTED_VM/cloudInitISO') === 'skip') return true;
  const isSeedWanted = answers.source('OVEHOSTED_VM/cloudInitISO') !== undefined;
  return !isSeedWanted && answers.get('OVEHOSTED_VM/vmBoot') !== 'disk';
}

function hasBooted(run: Run): boolean {
  return run.journal.stateOf('vm') !== undefined;
}

function isEngineUsable({ found, journal }: Run): boolean {
  const isBooting = found.isVmAlive === true && journal.isDone('vm');
  return isBooting || journal.isDone('engine-health');
}
