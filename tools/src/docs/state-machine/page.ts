import { STATE_NAMES, type Transition } from '@hosted-engine/core';

/** docs/design/state-machine.md, from the table of transitions. */
export function stateMachinePage(transitions: readonly Transition[]): string {
  const sections = STATE_NAMES.map((from) => {
    const rows = transitions
      .filter((one) => one.from === from)
      .map(({ to, meaning }) => `| ${to} | ${meaning} |\n`);
    return rows.length === 0
      ? `## ${from}\n\nThe last state: the daemon said good-bye in its slot.\n`
      : `## ${from}\n\n| To | When |\n| --- | --- |\n${rows.join('')}`;
  });
  return `# The state machine

Each host's HA daemon is in one of ${STATE_NAMES.length} states. The ${transitions.length} changes between them listed here are all that there
are: a test draws very many situations and finds no other, and none of these that is never taken.
What a daemon does in each state, and why, is in [the failure model](failure-model.md).

![States and the changes between them](state-machine.svg)

An arrow that starts at a dashed frame holds for every state in it. The same for Graphviz:
[state-machine.dot](state-machine.dot).

${sections.join('\n')}
This page and both pictures are made from \`packages/core/src/fsm/transitions.ts\` by \`npm run docs\`.
`;
}
