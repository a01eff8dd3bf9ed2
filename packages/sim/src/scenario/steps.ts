// The steps file of a scenario, as text: one line per step, in the order of time.
//
//   # a comment
//   hosts 3                    how many hosts; before the first step
//   profile lab                lab: io_timeout 1; default: io_timeout 10 (when not said)
//   seed 7                     for the small jitters of the world (1 when not said)
//   at 100 power-off 1         a fault, in the vocabulary of ../world/fault.ts
//   expect 170 engine on 2     see expectation.ts
//   until 300                  the end; the last step when not said

import { type Expectation, FORMS, parseExpectation } from './expectation.js';

export const PROFILES = ['default', 'lab'] as const;
export type ProfileName = (typeof PROFILES)[number];

export interface Scenario<F> {
  readonly hosts: number;
  readonly profile: ProfileName;
  readonly seed: number;
  readonly steps: readonly Step<F>[];
  readonly untilS: number;
}

export interface Place {
  /** From 1. */
  readonly line: number;
  readonly atS: number;
  /** As it was written, without its time. */
  readonly text: string;
}

export type Step<F> = Place &
  (
    | { readonly kind: 'at'; readonly fault: F }
    | { readonly kind: 'expect'; readonly expectation: Expectation }
  );

/** A steps file that cannot be read: `file:line: what is wrong`. */
export class StepsError extends Error {}

export interface ParseOptions<F> {
  /** Names the file in an error. */
  readonly file: string;
  /** Throws with a message when the text is no fault. */
  readonly parseFault: (text: string) => F;
}

const HOSTS_MAX = 16;

export function parseSteps<F>(text: string, options: ParseOptions<F>): Scenario<F> {
  const head = { hosts: 0, profile: 'default' as ProfileName, seed: 1 };
  const steps: Step<F>[] = [];
  let untilS: number | undefined;
  let lastS = 0;
  let line = 0;

  const fail = (message: string): never => {
    throw new StepsError(`${options.file}:${line}: ${message}`);
  };
  const number = (word: string, what: string): number => {
    if (/^\d+(\.\d+)?$/.test(word)) return Number(word);
    return fail(`${what} must be a number, not '${word}'`);
  };
  const setting = (word: string, rest: string): void => {
    if (steps.length > 0) fail(`'${word}' comes before the first step`);
    switch (word) {
      case 'hosts':
        head.hosts = number(rest, 'the number of hosts');
        if (!Number.isInteger(head.hosts) || head.hosts < 1 || head.hosts > HOSTS_MAX) {
          fail(`hosts must be a whole number from 1 to ${HOSTS_MAX}, not ${rest}`);
        }
        return;
      case 'profile':
        head.profile =
          PROFILES.find((name) => name === rest) ??
          fail(`profile must be ${PROFILES.join(' or ')}, not '${rest}'`);
        return;
      default:
        head.seed = number(rest, 'the seed');
    }
  };
  const step = (word: 'at' | 'expect', rest: string): void => {
    if (head.hosts === 0) fail("the first line must be 'hosts N'");
    if (untilS !== undefined) fail("'until' is the last line");
    const [, time = '', what = ''] = /^(\S*)\s*(.*)$/.exec(rest) ?? [];
    const atS = number(time, `the time after '${word}'`);
    if (atS < lastS) fail(`time goes back: ${atS} s after ${lastS} s`);
    lastS = atS;
    if (what === '') fail(`nothing is said to happen at ${atS} s`);
    const place = { line, atS, text: what };
    if (word === 'at') steps.push({ ...place, kind: 'at', fault: faultOf(what) });
    else steps.push({ ...place, kind: 'expect', expectation: expectationOf(what) });
  };
  const faultOf = (what: string): F => {
    try {
      return options.parseFault(what);
    } catch (error) {
      return fail(error instanceof Error ? error.message : String(error));
    }
  };
  const expectationOf = (what: string): Expectation => {
    const expectation = parseExpectation(what);
    if (expectation === undefined) {
      const forms = FORMS.map(({ usage }) => `  ${usage}`).join('\n');
      return fail(`'${what}' is nothing that can be expected; these can:\n${forms}`);
    }
    const foreign = hostsOf(expectation).find((id) => id < 1 || id > head.hosts);
    if (foreign !== undefined) {
      fail(`there is no host ${foreign}: this scenario has ${head.hosts}`);
    }
    return expectation;
  };

  for (const raw of text.split('\n')) {
    line += 1;
    const content = raw.replace(/(^|\s)#.*$/, '').trim();
    if (content === '') continue;
    const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(content) ?? [];
    switch (word) {
      case 'hosts':
      case 'profile':
      case 'seed':
        setting(word, rest);
        break;
      case 'at':
      case 'expect':
        step(word, rest);
        break;
      case 'until': {
        untilS = number(rest, 'the end');
        if (untilS < lastS) fail(`the end, ${untilS} s, is before the last step at ${lastS} s`);
        break;
      }
      default:
        fail(`'${word}' is no step: a line begins with hosts, profile, seed, at, expect or until`);
    }
  }
  if (steps.length === 0) fail('there are no steps');
  if (!steps.some(({ kind }) => kind === 'expect')) fail('nothing is expected');
  return { ...head, steps, untilS: untilS ?? lastS };
}

function hostsOf(expectation: Expectation): readonly number[] {
  switch (expectation.kind) {
    case 'on':
      return expectation.hosts;
    case 'state':
    case 'score':
    case 'slot':
    case 'reads':
    case 'power':
      return [expectation.host];
    case 'count':
    case 'log':
      return expectation.host === undefined ? [] : [expectation.host];
    default:
      return [];
  }
}
