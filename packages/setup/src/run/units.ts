import type { Run } from './run.js';

/** Notes how a unit was, before this run touches it for the first time. */
export async function noteUnit(run: Run, unit: string): Promise<void> {
  run.found.unitsBefore ??= new Map();
  if (run.found.unitsBefore.has(unit)) return;
  const { services } = run.world;
  run.found.unitsBefore.set(unit, {
    active: await services.isActive(unit),
    enabled: await services.isEnabled(unit),
  });
  await run.journal.save();
}

/** Stops and disables a unit unless it was up, or enabled, before this run. */
export async function restoreUnit(run: Run, unit: string): Promise<void> {
  const before = run.found.unitsBefore?.get(unit);
  if (before === undefined) return;
  const { services } = run.world;
  if (!before.active) await services.stop(unit);
  if (!before.enabled) await services.disable(unit);
  run.found.unitsBefore?.delete(unit);
}
