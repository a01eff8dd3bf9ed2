// What a steps file can expect, and how it is written. One row per form: the parser, the list that a bad line is
// answered with, and the reference page are all made from it.

export type Relation = 'is' | 'at most' | 'at least' | 'below' | 'above';

/** What is counted: QEMU processes that began to run the guest, moves of it, and so on. */
export const COUNTED = [
  'starts',
  'attempts',
  'stops',
  'migrations',
  'crashes',
  'lease kills',
  'host resets',
  'service restarts',
  'requests',
] as const;
export type Counted = (typeof COUNTED)[number];

export type Expectation =
  | { readonly kind: 'healthy'; readonly isWanted: boolean }
  /** On one of these hosts; none means: on none at all. */
  | { readonly kind: 'on'; readonly hosts: readonly number[]; readonly isWanted: boolean }
  | { readonly kind: 'paused'; readonly isWanted: boolean }
  | {
      readonly kind: 'state';
      readonly host: number;
      readonly names: readonly string[];
      readonly isWanted: boolean;
    }
  | {
      readonly kind: 'score';
      readonly host: number;
      readonly relation: Relation;
      readonly value: number;
    }
  | {
      readonly kind: 'count';
      readonly what: Counted;
      readonly host: number | undefined;
      readonly relation: Relation;
      readonly value: number;
      readonly sinceS: number;
    }
  | { readonly kind: 'outage'; readonly atMostS: number; readonly sinceS: number }
  | { readonly kind: 'nothing'; readonly sinceS: number | undefined }
  | {
      readonly kind: 'log';
      readonly host: number | undefined;
      readonly text: string;
      readonly isWanted: boolean;
      readonly sinceS: number;
    }
  | {
      readonly kind: 'reads';
      readonly host: number;
      readonly relation: Relation;
      readonly value: number;
    }
  | {
      readonly kind: 'slot';
      readonly host: number;
      readonly text: string;
      readonly isWanted: boolean;
    }
  | { readonly kind: 'alert'; readonly text: string }
  | { readonly kind: 'power'; readonly host: number; readonly isOn: boolean };

export interface Form {
  /** As it is shown to people. */
  readonly usage: string;
  readonly meaning: string;
  readonly pattern: RegExp;
  /** `part` is the text of a named group, or empty. */
  readonly make: (part: (name: string) => string) => Expectation;
}

const HOST = '(?:host)?(?<host>\\d+)';
const HOSTS = '(?<hosts>(?:host)?\\d+(?: or (?:host)?\\d+)*)';
const RELATION = '(?<relation>at most |at least |below |above )?';
const SINCE = '(?: since (?<since>\\d+(?:\\.\\d+)?))?';

export const FORMS: readonly Form[] = [
  {
    usage: 'engine [not] healthy',
    meaning: "the engine's health page answers as it should",
    pattern: /^engine (?<not>not )?healthy$/,
    make: (part) => ({ kind: 'healthy', isWanted: part('not') === '' }),
  },
  {
    usage: 'engine [not] on HOST [or HOST]…',
    meaning: 'the engine VM runs on one of these hosts, or on none of them',
    pattern: new RegExp(`^engine (?<not>not )?on ${HOSTS}$`),
    make: (part) => ({
      kind: 'on',
      hosts: hostsIn(part('hosts')),
      isWanted: part('not') === '',
    }),
  },
  {
    usage: 'engine down',
    meaning: 'the engine VM runs on no host',
    pattern: /^engine down$/,
    make: () => ({ kind: 'on', hosts: [], isWanted: true }),
  },
  {
    usage: 'engine [not] paused',
    meaning: 'the guest runs and is stopped on an I/O error',
    pattern: /^engine (?<not>not )?paused$/,
    make: (part) => ({ kind: 'paused', isWanted: part('not') === '' }),
  },
  {
    usage: 'state HOST [not] NAME [or NAME]…',
    meaning: 'the state of the HA daemon there',
    pattern: new RegExp(`^state ${HOST} (?<not>not )?(?<names>[A-Za-z]+(?: or [A-Za-z]+)*)$`),
    make: (part) => ({
      kind: 'state',
      host: Number(part('host')),
      names: part('names').split(' or '),
      isWanted: part('not') === '',
    }),
  },
  {
    usage: 'score HOST [at most|at least|below|above] POINTS',
    meaning: 'the score that it last decided with',
    pattern: new RegExp(`^score ${HOST} ${RELATION}(?<value>\\d+)$`),
    make: (part) => ({
      kind: 'score',
      host: Number(part('host')),
      relation: relationOf(part('relation')),
      value: Number(part('value')),
    }),
  },
  {
    usage: `${COUNTED.join('|')} [on HOST] [at most|at least|below|above] N [since SECONDS]`,
    meaning: 'how often, on one host or on all of them',
    pattern: new RegExp(
      `^(?<what>${COUNTED.join('|')})(?: on ${HOST})? ${RELATION}(?<value>\\d+)${SINCE}$`,
    ),
    make: (part) => ({
      kind: 'count',
      what: COUNTED.find((what) => what === part('what')) ?? 'starts',
      host: optional(part('host')),
      relation: relationOf(part('relation')),
      value: Number(part('value')),
      sinceS: Number(part('since')),
    }),
  },
  {
    usage: 'outage at most SECONDS [since SECONDS]',
    meaning: 'the longest time in which no healthy engine answered was not longer',
    pattern: new RegExp(`^outage at most (?<value>\\d+(?:\\.\\d+)?)${SINCE}$`),
    make: (part) => ({
      kind: 'outage',
      atMostS: Number(part('value')),
      sinceS: Number(part('since')),
    }),
  },
  {
    usage: 'nothing happens [since SECONDS]',
    meaning:
      'since the first fault: no start, stop, migration, kill or reset, and nobody tried one',
    pattern: new RegExp(`^nothing happens${SINCE}$`),
    make: (part) => ({
      kind: 'nothing',
      sinceS: optional(part('since')),
    }),
  },
  {
    usage: 'alert TEXT',
    meaning: 'somebody raised an alert with this text',
    pattern: /^alert (?<text>.+)$/,
    make: (part) => ({ kind: 'alert', text: part('text') }),
  },
  {
    usage: '[no] log [HOST] TEXT [since SECONDS]',
    meaning: 'a line of the log has this text',
    pattern: new RegExp(`^(?<not>no )?log(?: host(?<host>\\d+))? (?<text>.+?)${SINCE}$`),
    make: (part) => ({
      kind: 'log',
      host: optional(part('host')),
      text: part('text'),
      isWanted: part('not') === '',
      sinceS: Number(part('since')),
    }),
  },
  {
    usage: 'slot HOST [not] TEXT',
    meaning: 'the slot of a host on the storage has this text',
    pattern: new RegExp(`^slot ${HOST} (?<not>not )?(?<text>.+)$`),
    make: (part) => ({
      kind: 'slot',
      host: Number(part('host')),
      text: part('text'),
      isWanted: part('not') === '',
    }),
  },
  {
    usage: 'slots read by HOST [at most|at least|below|above] N',
    meaning: 'how many slots the HA daemon there read from the storage so far',
    pattern: new RegExp(`^slots read by ${HOST} ${RELATION}(?<value>\\d+)$`),
    make: (part) => ({
      kind: 'reads',
      host: Number(part('host')),
      relation: relationOf(part('relation')),
      value: Number(part('value')),
    }),
  },
  {
    usage: 'HOST on|off',
    meaning: 'the power of a host',
    pattern: /^host(?<host>\d+) (?<power>on|off)$/,
    make: (part) => ({ kind: 'power', host: Number(part('host')), isOn: part('power') === 'on' }),
  },
];

/** The expectation that `text` is, or undefined when it is of no form. */
export function parseExpectation(text: string): Expectation | undefined {
  for (const { pattern, make } of FORMS) {
    const match = pattern.exec(text);
    if (match === null) continue;
    return make((name) => match.groups?.[name] ?? '');
  }
  return undefined;
}

function relationOf(text: string): Relation {
  switch (text.trim()) {
    case 'at most':
    case 'at least':
    case 'below':
    case 'above':
      return text.trim() as Relation;
    default:
      return 'is';
  }
}

function optional(text: string): number | undefined {
  return text === '' ? undefined : Number(text);
}

function hostsIn(text: string): readonly number[] {
  return [...text.matchAll(/\d+/g)].map(([id]) => Number(id));
}

export function holds(value: number, relation: Relation, wanted: number): boolean {
  switch (relation) {
    case 'is':
      return value === wanted;
    case 'at most':
      return value <= wanted;
    case 'at least':
      return value >= wanted;
    case 'below':
      return value < wanted;
    case 'above':
      return value > wanted;
  }
}
