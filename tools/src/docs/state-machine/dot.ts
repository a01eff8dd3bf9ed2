import { STATE_NAMES, type Transition } from '@hosted-engine/core';

/** The same table for Graphviz: every change of state by itself, with its meaning as tooltip. */
export function stateMachineDot(transitions: readonly Transition[]): string {
  const states = STATE_NAMES.map((name) => `  ${name};\n`).join('');
  const changes = transitions
    .map(({ from, to, meaning }) => `  ${from} -> ${to} [tooltip="${meaning}"];\n`)
    .join('');
  return `// Made from packages/core/src/fsm/transitions.ts by npm run docs.
digraph states {
  rankdir=LR;
  node [shape=box, style=rounded, fontname="sans-serif"];
${states}${changes}}
`;
}
