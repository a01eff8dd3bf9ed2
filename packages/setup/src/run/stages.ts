/** The stages of a run in their order, with the labels of the specification's transcript. */
export const STAGES = [
  { id: 'init', label: 'Initializing' },
  { id: 'setup', label: 'Environment setup' },
  { id: 'environment-packages', label: 'Environment packages setup' },
  { id: 'programs', label: 'Programs detection' },
  { id: 'late-setup', label: 'Environment setup' },
  { id: 'customization', label: 'Environment customization' },
  { id: 'validation', label: 'Setup validation' },
  { id: 'transaction', label: 'Transaction setup' },
  { id: 'early-misc', label: 'Misc configuration' },
  { id: 'packages', label: 'Package installation' },
  { id: 'misc', label: 'Misc configuration' },
  { id: 'commit', label: 'Transaction commit' },
  { id: 'closeup', label: 'Closing up' },
] as const;

/** These follow whatever happened before. */
export const FINAL_STAGES = [
  { id: 'cleanup', label: 'Clean up' },
  { id: 'pre-terminate', label: 'Pre-termination' },
  { id: 'terminate', label: 'Termination' },
] as const;

export type StageId = (typeof STAGES)[number]['id'];
