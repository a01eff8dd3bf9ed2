/**
 * The part of systemd's unit files that the product's units use. Unknown keys are kept out, not
 * refused: a unit must also work under a real systemd, which knows many more.
 */

export type ServiceType = 'simple' | 'notify' | 'oneshot';
export type RestartPolicy = 'no' | 'always' | 'on-success' | 'on-failure' | 'on-abnormal';
export type KillMode = 'process' | 'mixed' | 'control-group' | 'none';

export interface Unit {
  readonly name: string;
  readonly description: string;
  readonly path: string;
  readonly type: ServiceType;
  readonly restart: RestartPolicy;
  readonly restartSeconds: number;
  /** Undefined: no watchdog. */
  readonly watchdogSeconds: number | undefined;
  readonly startTimeoutSeconds: number;
  readonly stopTimeoutSeconds: number;
  /** How long an aborted (watchdog) process may take before it is killed. */
  readonly abortTimeoutSeconds: number;
  readonly killMode: KillMode;
  readonly killSignal: NodeJS.Signals;
  readonly finalKill: boolean;
  readonly remainAfterExit: boolean;
  readonly environment: Readonly<Record<string, string>>;
  readonly environmentFiles: readonly string[];
  readonly execStartPre: readonly string[];
  readonly execStart: string;
  readonly execStop: readonly string[];
  readonly workingDirectory: string;
  /** Of the service's session: -20 (first) to 19. */
  readonly nice: number;
  readonly runtimeDirectories: readonly string[];
  readonly stateDirectories: readonly string[];
  readonly after: readonly string[];
  /** Units started with this one (Requires= and Wants=). */
  readonly pulls: readonly string[];
  readonly aliases: readonly string[];
  readonly startLimit: { readonly intervalSeconds: number; readonly burst: number };
}

type Sections = ReadonlyMap<string, readonly string[]>;

/** Key "Section.Key" to its values in order; an empty assignment clears the list, as in systemd. */
export function parseSections(text: string): Sections {
  const found = new Map<string, string[]>();
  let section = '';
  const joined = text.replace(/\\\n/g, ' ');
  for (const raw of joined.split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const header = /^\[(.+)\]$/.exec(line);
    if (header !== null) {
      section = header[1] ?? '';
      continue;
    }
    const equals = line.indexOf('=');
    if (equals < 0) continue;
    const key = `${section}.${line.slice(0, equals).trim()}`;
    const value = line.slice(equals + 1).trim();
    if (value === '') found.set(key, []);
    else found.set(key, [...(found.get(key) ?? []), value]);
  }
  return found;
}

const SPAN_SECONDS: Readonly<Record<string, number>> = {
  us: 1e-6,
  ms: 1e-3,
  s: 1,
  sec: 1,
  min: 60,
  m: 60,
  h: 3600,
};

/** systemd's time spans: `30`, `1min 30s`, `500ms`, `infinity`. */
export function parseSpan(text: string): number {
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)/g)) {
    seconds += Number(amount) * (SPAN_SECONDS[unit === '' ? 's' : (unit ?? 's')] ?? 1);
  }
  return seconds;
}

/** Splits a command line or a list into words; single and double quotes group, backslash escapes. */
export function splitWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === '\\' && quote !== "'" && at + 1 < text.length) {
      at += 1;
      word = (word ?? '') + (text[at] ?? '');
    } else if (quote !== '') {
      if (char === quote) quote = '';
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function environmentOf(lines: readonly string[]): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const word of lines.flatMap(splitWords)) {
    const equals = word.indexOf('=');
    if (equals > 0) environment[word.slice(0, equals)] = word.slice(equals + 1);
  }
  return environment;
}

function oneOf<T extends string>(text: string | undefined, known: readonly T[], otherwise: T): T {
  return known.find((one) => one === text) ?? otherwise;
}

const RESTARTS = ['no', 'always', 'on-success', 'on-failure', 'on-abnormal'] as const;
const KILL_MODES = ['process', 'mixed', 'control-group', 'none'] as const;
const DEFAULT_TIMEOUT_SECONDS = 90;
/** All hosts share the machine's processors: guests, and what keeps their leases, go before three hosts' daemons. */
const NICE_DEFAULT = 10;

/** Reads a unit. Throws when it has no ExecStart: the lab runs services only. */
export function parseUnit(name: string, path: string, text: string): Unit {
  const sections = parseSections(text);
  const all = (key: string): readonly string[] => sections.get(key) ?? [];
  const last = (key: string): string | undefined => all(key).at(-1);
  const words = (key: string): readonly string[] => all(key).flatMap(splitWords);
  const span = (key: string, otherwise: number): number => {
    const value = last(key);
    return value === undefined ? otherwise : parseSpan(value);
  };
  const isTrue = (key: string, otherwise: boolean): boolean => {
    const value = last(key);
    return value === undefined ? otherwise : /^(1|yes|true|on)$/i.test(value);
  };
  const execStart = last('Service.ExecStart');
  if (execStart === undefined) throw new Error(`${path} has no ExecStart`);
  const timeout = span('Service.TimeoutSec', DEFAULT_TIMEOUT_SECONDS);
  const stopTimeout = span('Service.TimeoutStopSec', timeout);
  const watchdog = span('Service.WatchdogSec', 0);
  return {
    name,
    path,
    description: last('Unit.Description') ?? name,
    type: oneOf(last('Service.Type'), ['simple', 'notify', 'oneshot'] as const, 'simple'),
    restart: oneOf(last('Service.Restart'), RESTARTS, 'no'),
    restartSeconds: span('Service.RestartSec', 0.1),
    watchdogSeconds: watchdog === 0 ? undefined : watchdog,
    startTimeoutSeconds: span('Service.TimeoutStartSec', timeout),
    stopTimeoutSeconds: stopTimeout,
    abortTimeoutSeconds: span('Service.TimeoutAbortSec', stopTimeout),
    killMode: oneOf(last('Service.KillMode'), KILL_MODES, 'control-group'),
    killSignal: (last('Service.KillSignal') ?? 'SIGTERM') as NodeJS.Signals,
    finalKill: isTrue('Service.SendSIGKILL', true),
    remainAfterExit: isTrue('Service.RemainAfterExit', false),
    environment: environmentOf(all('Service.Environment')),
    environmentFiles: all('Service.EnvironmentFile'),
    execStartPre: all('Service.ExecStartPre'),
    execStart,
    execStop: all('Service.ExecStop'),
    workingDirectory: last('Service.WorkingDirectory') ?? '/',
    nice: Number(last('Service.Nice') ?? NICE_DEFAULT),
    runtimeDirectories: words('Service.RuntimeDirectory'),
    stateDirectories: words('Service.StateDirectory'),
    after: words('Unit.After'),
    pulls: [...words('Unit.Requires'), ...words('Unit.Wants')],
    aliases: words('Install.Alias'),
    startLimit: {
      intervalSeconds: span('Unit.StartLimitIntervalSec', 10),
      burst: Number(last('Unit.StartLimitBurst') ?? 5),
    },
  };
}
