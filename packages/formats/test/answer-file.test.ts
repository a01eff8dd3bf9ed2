import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type AnswerValue,
  effectiveAnswers,
  FormatError,
  formatAnswerFile,
  parseAnswerFile,
} from '../src/index.js';

function valuesOf(text: string): Record<string, AnswerValue> {
  const { answers } = parseAnswerFile(text, 'answers.conf');
  return Object.fromEntries(answers.map(({ key, value }) => [key, value]));
}

function messageOf(text: string): string {
  try {
    parseAnswerFile(text, 'answers.conf');
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
  return 'no error';
}

const lineArbitrary = fc
  .string()
  .map((text) => text.trim())
  .filter((text) => !/[\r\n]/.test(text) && !/^[#;]/.test(text) && text !== '');

const valueArbitrary: fc.Arbitrary<AnswerValue> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.string().filter((text) => !/[\r\n]/.test(text) && text.trimEnd() === text),
  fc.array(lineArbitrary),
);

describe('answer file', () => {
  test('every type is read', () => {
    const text = `# comment
[environment:default]
OVEHOSTED_NETWORK/bridgeIf=none:None
OVEHOSTED_NETWORK/fqdn=str:engine.lab.example
OVEHOSTED_STORAGE/storageDomainConnection = str:nas:/exports/he = x
OVEHOSTED_VM/vmVCpus=int:+4
OVEHOSTED_CORE/checkRequirements=bool:False
OVEHOSTED_CORE/deployProceed=bool:True
OVEHOSTED_VM/etcHosts=multi-str:10.0.0.1 a

 10.0.0.2 b
`;
    assert.deepEqual(valuesOf(text), {
      'OVEHOSTED_NETWORK/bridgeIf': null,
      'OVEHOSTED_NETWORK/fqdn': 'engine.lab.example',
      'OVEHOSTED_STORAGE/storageDomainConnection': 'nas:/exports/he = x',
      'OVEHOSTED_VM/vmVCpus': 4,
      'OVEHOSTED_CORE/checkRequirements': false,
      'OVEHOSTED_CORE/deployProceed': true,
      'OVEHOSTED_VM/etcHosts': ['10.0.0.1 a', '', '10.0.0.2 b'],
    });
  });

  test('reads back what was written', () => {
    const keys = fc.stringMatching(/^OVEHOSTED_[A-Z]{1,8}\/[A-Za-z]{1,12}$/);
    fc.assert(
      fc.property(fc.dictionary(keys, valueArbitrary), (answers) => {
        const text = formatAnswerFile(Object.entries(answers));
        assert.deepEqual(valuesOf(text), { ...answers });
        assert.equal(formatAnswerFile(Object.entries(valuesOf(text))), text);
      }),
    );
  });

  test('what could not be read back is refused', () => {
    for (const value of ['two\nlines', 'blank behind ', 1.5, ['a', ''], ['a', '# b'], [' a']]) {
      assert.throws(() => formatAnswerFile([['A/b', value]]), FormatError, JSON.stringify(value));
    }
    assert.throws(() => formatAnswerFile([['A b=c', 'x']]), /A b=c: is no key/);
  });

  test('keys are written sorted, so that equal answers make equal files', () => {
    const text = formatAnswerFile([
      ['B/x', 1],
      ['A/y', null],
    ]);
    assert.equal(text, '[environment:default]\nA/y=none:None\nB/x=int:1\n');
  });

  test('0 and no mean false here, with a warning', () => {
    const { answers, warnings } = parseAnswerFile(
      '[environment:default]\nA/a=bool:0\nA/b=bool:no\nA/c=bool:f\nA/d=bool:maybe\n',
      'answers.conf',
    );
    assert.deepEqual(
      answers.map(({ value }) => value),
      [false, false, false, true],
    );
    assert.deepEqual(warnings, [
      'answers.conf:2: A/a: is taken for False; write bool:False',
      'answers.conf:3: A/b: is taken for False; write bool:False',
      'answers.conf:5: A/d: is taken for True; write bool:True',
    ]);
  });

  test('errors name file, line and key, all of them at once, and never the value', () => {
    const message = messageOf(
      '[environment:default]\nA/secret=hunter2\nA/n=int:4x\nA/u=hunter2:3\nA/n=int:4\njunk\n',
    );
    assert.equal(message, 'answers.conf:6: is neither a [section] nor KEY=value');
    const typed = messageOf(
      '[environment:default]\nA/secret=hunter2\nA/n=int:4x\nA/u=hunter2:3\nA/n=int:4\n',
    );
    assert.equal(
      typed,
      [
        'answers.conf:2: A/secret: has no type: write KEY=str:value, int:, bool:, multi-str: or none:',
        'answers.conf:3: A/n: is no integer',
        'answers.conf:4: A/u: has an unknown type: known are str, int, bool, multi-str and none',
        'answers.conf:5: A/n: is given twice in [environment:default], first in line 3',
      ].join('\n'),
    );
    assert.equal(
      messageOf('A/b=str:x\n'),
      'answers.conf:1: A/b: stands before the first [section]',
    );
  });

  test('an unknown section is pointed out and not read', () => {
    const { answers, warnings } = parseAnswerFile('[environment:defualt]\nA/b=x\n', 'a.conf');
    assert.deepEqual(answers, []);
    assert.match(warnings.join('\n'), /^a\.conf:1: section \[environment:defualt\]/);
  });

  test('stronger sections win over weaker, later files over earlier', () => {
    const first = parseAnswerFile(
      '[environment:enforce]\nA/a=int:1\n[environment:default]\nA/b=int:1\nA/c=int:1\n',
      'first',
    );
    const second = parseAnswerFile(
      '[environment:override]\nA/a=int:2\n[environment:default]\nA/b=int:2\n',
      'second',
    );
    const effective = effectiveAnswers([first, second]);
    assert.equal(effective.get('A/a')?.value, 1);
    assert.equal(effective.get('A/b')?.value, 2);
    assert.equal(effective.get('A/b')?.file, 'second');
    assert.equal(effective.get('A/c')?.value, 1);
  });
});
