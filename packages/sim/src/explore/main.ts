// npm run explore [-- --hosts 2|3] [--depth N] [--faults N] [--delays N] [--states N] [--json]

import { parseArgs } from 'node:util';
import { type Exploration, explore, RECOVERY_BOUND } from './explore.js';
import { narrate } from './narrate.js';
import { RULES } from './rules.js';

function main(): number {
  const { values } = parseArgs({
    options: {
      hosts: { type: 'string', default: '2' },
      depth: { type: 'string', default: '14' },
      faults: { type: 'string', default: '2' },
      delays: { type: 'string', default: '1' },
      states: { type: 'string', default: '3000000' },
      json: { type: 'boolean', default: false },
    },
  });
  const hosts = Number(values.hosts);
  const budget = { faults: Number(values.faults), delays: Number(values.delays) };
  const startedMs = performance.now();
  const found = explore({
    hosts,
    depth: Number(values.depth),
    budget,
    statesMax: Number(values.states),
    onDepth: (depth, states) => {
      if (!values.json) process.stderr.write(`depth ${depth}: ${states} states\n`);
    },
  });
  const seconds = (performance.now() - startedMs) / 1000;
  process.stdout.write(values.json ? asJson(found, seconds) : asText(found, seconds));
  return found.violation === undefined ? 0 : 1;
}

function asJson(found: Exploration, seconds: number): string {
  const { changes, ...rest } = found;
  return `${JSON.stringify({ ...rest, changes: [...changes].sort(), rules: RULES, seconds })}\n`;
}

function asText(found: Exploration, seconds: number): string {
  const { hosts, budget, depth, states, steps, changes, recoveryRounds, violation } = found;
  const figures = `${hosts} hosts, up to ${budget.faults} faults and ${budget.delays} delays, every state up to ${depth} rounds deep:
${states} states, ${steps} steps, ${changes.size} different changes of state, in ${seconds.toFixed(1)} s
longest recovery after healing: ${recoveryRounds} of ${RECOVERY_BOUND} rounds\n`;
  if (violation === undefined) {
    return `${figures}held in every state:\n${RULES.map((rule) => `  ${rule}\n`).join('')}`;
  }
  const isStuck = violation.rule.startsWith('no healthy') || violation.rule.endsWith('healed');
  const story = narrate(violation.path, hosts, budget, isStuck ? RECOVERY_BOUND : 0);
  return `${figures}VIOLATION: ${violation.rule}\n${story.join('\n')}\n`;
}

process.exitCode = main();
