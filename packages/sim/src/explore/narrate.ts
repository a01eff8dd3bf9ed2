import { type Budget, choicesOf, describeChoice } from './choices.js';
import { nextModel, type Path, startModel } from './explore.js';
import { healed, isHealthy } from './heal.js';
import type { Model } from './model.js';

/** A path round by round, as one would read it in a log: what went wrong, and what each daemon decided. */
export function narrate(path: Path, hosts: number, budget: Budget, calmAfter: number): string[] {
  const lines: string[] = [`from a ${path.start} cluster of ${hosts} hosts`];
  let model = startModel(path.start, hosts);
  for (const index of path.indices) {
    const choice = choicesOf(model, budget)[index] ?? { kind: 'calm' };
    lines.push(`round ${model.round + 1}: ${describeChoice(choice)}`);
    model = nextModel(model, choice, (told, id) => lines.push(lineOf(told, id)));
    lines.push(stateLine(model));
  }
  if (calmAfter > 0) {
    model = healed(model);
    lines.push('everything is healed');
  }
  for (let count = 0; count < calmAfter; count += 1) {
    if (isHealthy(model) || model.broken !== undefined) break;
    lines.push(`round ${model.round + 1}: calm`);
    model = nextModel(model, { kind: 'calm' }, (told, id) => lines.push(lineOf(told, id)));
    lines.push(stateLine(model));
  }
  return lines;
}

function lineOf(
  told: { from: string; to: string; reason: string; effects: readonly string[] },
  id: number,
): string {
  const change = told.from === told.to ? told.to : `${told.from} -> ${told.to}`;
  const done = told.effects.length === 0 ? '' : ` [${told.effects.join(', ')}]`;
  return `  host ${id} ${change}: ${told.reason}${done}`;
}

function stateLine({ hosts, lease, starts, faults, broken }: Model): string {
  const vms = hosts.map(({ id, vm }) => `${id} ${JSON.stringify(vm)}`).join(', ');
  const owner = lease === undefined ? 'free' : `host ${lease.hostId}`;
  const fault = broken === undefined ? '' : `; BROKEN: ${broken}`;
  return `  VMs: ${vms}; lease: ${owner}; starts ${starts}, faults ${faults}${fault}`;
}
