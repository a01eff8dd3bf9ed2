// A steps file is written by people: each mistake is answered with its file, its line and what is wrong.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FORMS, parseExpectation } from '../../src/scenario/expectation.js';
import { parseSteps, StepsError } from '../../src/scenario/steps.js';

function parse(text: string) {
  return parseSteps(text, {
    file: 'steps',
    parseFault: (fault) => {
      if (fault.startsWith('bad')) throw new RangeError(`no such fault: '${fault}'`);
      return fault;
    },
  });
}

function refused(text: string): string {
  try {
    parse(text);
  } catch (error) {
    assert.ok(error instanceof StepsError);
    return error.message;
  }
  assert.fail(`accepted: ${text}`);
}

describe('a steps file', () => {
  test('has hosts, a profile, a seed, faults, expectations and an end', () => {
    const scenario = parse(
      [
        '# a comment',
        'hosts 3',
        'profile lab',
        'seed 9',
        '',
        'at 100 power-off 1   # the owner',
        'expect 170.5 engine on 2',
        'until 300',
      ].join('\n'),
    );
    assert.equal(scenario.hosts, 3);
    assert.equal(scenario.profile, 'lab');
    assert.equal(scenario.seed, 9);
    assert.equal(scenario.untilS, 300);
    assert.deepEqual(
      scenario.steps.map(({ line, atS, text, kind }) => [line, atS, text, kind]),
      [
        [6, 100, 'power-off 1', 'at'],
        [7, 170.5, 'engine on 2', 'expect'],
      ],
    );
  });

  test('ends with its last step when it does not say when', () => {
    assert.equal(parse('hosts 1\nexpect 60 engine healthy').untilS, 60);
  });

  test('a mistake is told with its line', () => {
    assert.match(refused('hosts 3\nat x power-off 1'), /^steps:2: the time after 'at' must be/);
    assert.match(refused('hosts 3\nat 5 bad thing'), /^steps:2: no such fault: 'bad thing'/);
    assert.match(refused('hosts 3\nwhen 5 power-off 1'), /^steps:2: 'when' is no step/);
    assert.match(refused('hosts 99\nexpect 5 engine down'), /^steps:1: hosts must be/);
    assert.match(refused('hosts 2\nprofile fast'), /^steps:2: profile must be default or lab/);
    assert.match(refused('hosts 2\nexpect 9 engine on 3'), /^steps:2: there is no host 3/);
    assert.match(refused('hosts 2\nat 9 x\nat 8 x'), /^steps:3: time goes back: 8 s after 9 s/);
    assert.match(refused('hosts 2\nat 9 x\nhosts 3'), /^steps:3: 'hosts' comes before/);
    assert.match(refused('hosts 2\nexpect 9 engine down\nuntil 5'), /^steps:3: the end, 5 s/);
    assert.match(refused('at 5 x'), /^steps:1: the first line must be 'hosts N'/);
    assert.match(refused('hosts 2\nat 5'), /^steps:2: nothing is said to happen at 5 s/);
  });

  test('one that expects nothing is no scenario', () => {
    assert.match(refused('hosts 2\nat 9 x'), /nothing is expected/);
    assert.match(refused('hosts 2'), /there are no steps/);
  });

  test('an expectation of no form is answered with all forms', () => {
    const message = refused('hosts 2\nexpect 9 engine is great');
    assert.match(message, /^steps:2: 'engine is great' is nothing that can be expected/);
    for (const { usage } of FORMS) assert.ok(message.includes(usage));
  });
});

describe('an expectation', () => {
  const examples: readonly [string, unknown][] = [
    ['engine healthy', { kind: 'healthy', isWanted: true }],
    ['engine not healthy', { kind: 'healthy', isWanted: false }],
    ['engine on host2', { kind: 'on', hosts: [2], isWanted: true }],
    ['engine not on 1 or 12', { kind: 'on', hosts: [1, 12], isWanted: false }],
    ['engine down', { kind: 'on', hosts: [], isWanted: true }],
    ['engine paused', { kind: 'paused', isWanted: true }],
    ['state 1 EngineUp', { kind: 'state', host: 1, names: ['EngineUp'], isWanted: true }],
    [
      'state host3 not EngineStart or EngineUp',
      { kind: 'state', host: 3, names: ['EngineStart', 'EngineUp'], isWanted: false },
    ],
    ['score 1 0', { kind: 'score', host: 1, relation: 'is', value: 0 }],
    ['score 2 at least 2400', { kind: 'score', host: 2, relation: 'at least', value: 2400 }],
    [
      'starts 1',
      { kind: 'count', what: 'starts', host: undefined, relation: 'is', value: 1, sinceS: 0 },
    ],
    [
      'attempts on 2 below 3 since 100',
      { kind: 'count', what: 'attempts', host: 2, relation: 'below', value: 3, sinceS: 100 },
    ],
    [
      'lease kills at most 1',
      {
        kind: 'count',
        what: 'lease kills',
        host: undefined,
        relation: 'at most',
        value: 1,
        sinceS: 0,
      },
    ],
    ['outage at most 1 since 60', { kind: 'outage', atMostS: 1, sinceS: 60 }],
    ['nothing happens', { kind: 'nothing', sinceS: undefined }],
    ['nothing happens since 60', { kind: 'nothing', sinceS: 60 }],
    ['alert nothing helped', { kind: 'alert', text: 'nothing helped' }],
    [
      'no log host1 a start of it since 5',
      { kind: 'log', host: 1, text: 'a start of it', isWanted: false, sinceS: 5 },
    ],
    ['slot 1 not 1970', { kind: 'slot', host: 1, text: '1970', isWanted: false }],
    ['host1 off', { kind: 'power', host: 1, isOn: false }],
  ];
  for (const [text, expectation] of examples) {
    test(`'${text}'`, () => assert.deepEqual(parseExpectation(text), expectation));
  }
});
