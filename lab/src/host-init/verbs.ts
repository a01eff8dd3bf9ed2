import type { Manager } from './manager.js';
import type { Service } from './service.js';

/** What a systemctl command prints and how it exits. */
export interface Reply {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Command {
  readonly verb: string;
  readonly units: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, readonly string[]>;
}

const VALUE_OPTIONS: ReadonlyMap<string, string> = new Map([
  ['-s', 'signal'],
  ['--signal', 'signal'],
  ['--kill-who', 'whom'],
  ['--kill-whom', 'whom'],
  ['-p', 'property'],
  ['--property', 'property'],
]);

export function parseCommand(argv: readonly string[]): Command {
  const words: string[] = [];
  const flags = new Set<string>();
  const values = new Map<string, string[]>();
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    const [name = '', inline] = word.split(/=(.*)/s);
    const option = VALUE_OPTIONS.get(name);
    if (option !== undefined) {
      if (inline === undefined) at += 1;
      values.set(option, [...(values.get(option) ?? []), inline ?? argv[at] ?? '']);
    } else if (word.startsWith('-')) flags.add(word);
    else words.push(word);
  }
  const [verb = '', ...units] = words;
  return { verb, units, flags, values };
}

const ok = (stdout = ''): Reply => ({ code: 0, stdout, stderr: '' });
const refuse = (code: number, stderr: string): Reply => ({ code, stdout: '', stderr });

const NOT_FOUND = 5;
const NOT_ACTIVE = 3;

function signalName(text: string): NodeJS.Signals {
  const upper = text.toUpperCase();
  const numbers: Readonly<Record<string, string>> = {
    '1': 'SIGHUP',
    '2': 'SIGINT',
    '6': 'SIGABRT',
    '9': 'SIGKILL',
    '15': 'SIGTERM',
  };
  return (numbers[upper] ?? (upper.startsWith('SIG') ? upper : `SIG${upper}`)) as NodeJS.Signals;
}

function properties(manager: Manager, service: Service): Readonly<Record<string, string>> {
  const view = service.view();
  return {
    Id: service.unit.name,
    Description: service.unit.description,
    LoadState: 'loaded',
    ActiveState: view.state,
    SubState: view.subState,
    UnitFileState: manager.isEnabled(service) ? 'enabled' : 'disabled',
    FragmentPath: service.unit.path,
    MainPID: String(view.mainPid),
    NRestarts: String(view.restarts),
    Result: view.result,
    StatusText: view.statusText,
    ExecMainStatus: String(view.exitCode ?? 0),
  };
}

const UNKNOWN_UNIT = {
  LoadState: 'not-found',
  ActiveState: 'inactive',
  SubState: 'dead',
  MainPID: '0',
};

function show(manager: Manager, command: Command): Reply {
  const wanted = (command.values.get('property') ?? []).flatMap((list) => list.split(','));
  const blocks = command.units.map((name) => {
    const service = manager.find(name);
    const all: Readonly<Record<string, string>> =
      service === undefined ? { Id: name, ...UNKNOWN_UNIT } : properties(manager, service);
    const keys = wanted.length === 0 ? Object.keys(all) : wanted.filter((key) => key in all);
    const isBare = command.flags.has('--value');
    return keys.map((key) => (isBare ? `${all[key]}\n` : `${key}=${all[key]}\n`)).join('');
  });
  return ok(blocks.join('\n'));
}

function status(manager: Manager, command: Command): Reply {
  let code = 0;
  const blocks = command.units.map((name) => {
    const service = manager.find(name);
    if (service === undefined) {
      code = 4;
      return `Unit ${fullName(name)} could not be found.\n`;
    }
    const all = properties(manager, service);
    if (all['ActiveState'] !== 'active') code = NOT_ACTIVE;
    return [
      `${all['Id']} - ${all['Description']}`,
      `     Loaded: loaded (${all['FragmentPath']}; ${all['UnitFileState']})`,
      `     Active: ${all['ActiveState']} (${all['SubState']}) Result: ${all['Result']}`,
      `   Main PID: ${all['MainPID']}   Restarts: ${all['NRestarts']}`,
      `     Status: "${all['StatusText']}"`,
      '',
    ].join('\n');
  });
  return { code, stdout: blocks.join('\n'), stderr: '' };
}

function fullName(name: string): string {
  return name.includes('.') ? name : `${name}.service`;
}

function isActive(manager: Manager, command: Command): Reply {
  const states = command.units.map((name) => manager.find(name)?.view().state ?? 'inactive');
  const code = states.includes('active') ? 0 : NOT_ACTIVE;
  return { code, stdout: quiet(command, states), stderr: '' };
}

function isEnabled(manager: Manager, command: Command): Reply {
  const states = command.units.map((name) => {
    const service = manager.find(name);
    if (service === undefined) return 'not-found';
    return manager.isEnabled(service) ? 'enabled' : 'disabled';
  });
  return { code: states.includes('enabled') ? 0 : 1, stdout: quiet(command, states), stderr: '' };
}

function quiet(command: Command, lines: readonly string[]): string {
  const isQuiet = command.flags.has('-q') || command.flags.has('--quiet');
  return isQuiet ? '' : lines.map((line) => `${line}\n`).join('');
}

async function startAll(manager: Manager, services: readonly Service[], command: Command) {
  if (command.flags.has('--no-block')) {
    void manager.start(services);
    return ok();
  }
  const failed = await manager.start(services);
  const lines = failed.map(
    (one) =>
      `Job for ${one.unit.name} failed (${one.view().result}).\n` +
      `See "systemctl status ${one.unit.name}" and its log for details.\n`,
  );
  return failed.length === 0 ? ok() : refuse(1, lines.join(''));
}

async function change(
  manager: Manager,
  command: Command,
  services: readonly Service[],
): Promise<Reply> {
  switch (command.verb) {
    case 'start':
      return startAll(manager, services, command);
    case 'stop':
      await Promise.all(services.map((one) => one.stop()));
      return ok();
    case 'restart':
    case 'try-restart': {
      const isTry = command.verb === 'try-restart';
      const those = isTry ? services.filter((one) => one.view().state === 'active') : services;
      await Promise.all(those.map((one) => one.stop()));
      return startAll(manager, those, command);
    }
    case 'enable':
      for (const one of services) manager.setEnabled(one, true);
      return command.flags.has('--now') ? startAll(manager, services, command) : ok();
    case 'disable':
      for (const one of services) manager.setEnabled(one, false);
      if (command.flags.has('--now')) await Promise.all(services.map((one) => one.stop()));
      return ok();
    case 'reset-failed':
      for (const one of services) one.reset();
      return ok();
    case 'kill': {
      const signal = signalName(command.values.get('signal')?.at(-1) ?? 'SIGTERM');
      const whom = command.values.get('whom')?.at(-1) === 'main' ? 'main' : 'all';
      const idle = services.filter((one) => !one.kill(signal, whom));
      const lines = idle.map((one) => `Failed to kill unit ${one.unit.name}: no main process\n`);
      return idle.length === 0 ? ok() : refuse(1, lines.join(''));
    }
    default:
      return refuse(1, `Unknown command verb '${command.verb}'.\n`);
  }
}

/** Runs one systemctl command line against the host's manager. */
export async function systemctl(manager: Manager, argv: readonly string[]): Promise<Reply> {
  const command = parseCommand(argv);
  switch (command.verb) {
    case 'daemon-reload':
      manager.reload();
      return ok();
    case 'list-units':
      return ok(
        manager
          .names()
          .map((name) => `${name} ${manager.find(name)?.view().state}\n`)
          .join(''),
      );
    case 'show':
      return show(manager, command);
    case 'status':
      return status(manager, command);
    case 'is-active':
      return isActive(manager, command);
    case 'is-enabled':
      return isEnabled(manager, command);
    default: {
      if (command.units.length === 0) return refuse(1, 'Too few arguments.\n');
      const services: Service[] = [];
      for (const name of command.units) {
        const service = manager.find(name);
        if (service === undefined) {
          const unit = fullName(name);
          return refuse(NOT_FOUND, `Failed to ${command.verb} ${unit}: Unit ${unit} not found.\n`);
        }
        services.push(service);
      }
      return change(manager, command, services);
    }
  }
}
