import type { Command } from './command.js';

/** A command by its name; what it needs is loaded when it is asked for, so that a look at the state is quick. */
export interface CommandEntry {
  readonly name: string;
  load(): Promise<Command>;
}

/** In the order of the usage. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: 'deploy', load: async () => (await import('./commands/deploy.js')).DEPLOY },
  { name: 'tui', load: async () => (await import('./commands/tui.js')).TUI },
  { name: 'cleanup', load: async () => (await import('./commands/cleanup.js')).CLEANUP },
  { name: 'vm-start', load: async () => (await import('./commands/vm-start.js')).VM_START },
  {
    name: 'vm-start-paused',
    load: async () => (await import('./commands/vm-start.js')).VM_START_PAUSED,
  },
  {
    name: 'vm-shutdown',
    load: async () => (await import('./commands/vm-power.js')).VM_SHUTDOWN,
  },
  {
    name: 'vm-poweroff',
    load: async () => (await import('./commands/vm-power.js')).VM_POWEROFF,
  },
  {
    name: 'add-console-password',
    load: async () => (await import('./commands/console.js')).ADD_CONSOLE_PASSWORD,
  },
  { name: 'console', load: async () => (await import('./commands/console.js')).CONSOLE },
  { name: 'vm-status', load: async () => (await import('./commands/vm-status.js')).VM_STATUS },
  { name: 'explain', load: async () => (await import('./commands/explain.js')).EXPLAIN },
  { name: 'replay', load: async () => (await import('./commands/replay.js')).REPLAY },
  {
    name: 'set-maintenance',
    load: async () => (await import('./commands/maintenance.js')).SET_MAINTENANCE,
  },
  {
    name: 'check-liveliness',
    load: async () => (await import('./commands/check.js')).CHECK_LIVELINESS,
  },
  {
    name: 'check-deployed',
    load: async () => (await import('./commands/check.js')).CHECK_DEPLOYED,
  },
  {
    name: 'connect-storage',
    load: async () => (await import('./commands/storage.js')).CONNECT_STORAGE,
  },
  {
    name: 'disconnect-storage',
    load: async () => (await import('./commands/storage.js')).DISCONNECT_STORAGE,
  },
];

export function loadAll(): Promise<readonly Command[]> {
  return Promise.all(COMMANDS.map((entry) => entry.load()));
}
