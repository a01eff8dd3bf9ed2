import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseAnswerFile } from '@hosted-engine/formats';
import { ANSWER_NAMES } from '../src/answers/catalogue.js';
import { answerOfFlag, answersOfEnvironment, type GivenAnswer } from '../src/answers/given.js';
import { listQuestions } from '../src/answers/list-questions.js';
import { exitCodeOf } from '../src/deploy.js';
import { PATHS } from '../src/paths.js';
import { FIRST_ANSWERS, putAnswers, runDeploy, SETTLED } from './fake/deployment.js';
import { FakeHost } from './fake/world.js';

const given = (env: Record<string, string>, ...flags: string[]): GivenAnswer[] => [
  ...answersOfEnvironment(env),
  ...flags.map((flag) => answerOfFlag(flag)),
];

describe('answers outside of files', () => {
  test('a flag outdoes the environment, and that the file', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS, { 'OVEHOSTED_VM/vmVCpus': 'int:2' });
    const { outcome } = await runDeploy(host, {
      deploy: {
        given: given(
          {
            OVEHOSTED_VM__vmVCpus: '3',
            OVEHOSTED_VM__vmMemSizeMB: '8192',
            PATH: '/bin',
            OVEHOSTED_HOME: '/root',
          },
          'OVEHOSTED_VM/vmVCpus=4',
        ),
      },
    });
    assert.deepEqual(outcome, { kind: 'done' });
    const answers = host.files.text(PATHS.answers) ?? '';
    assert.match(answers, /^OVEHOSTED_VM\/vmVCpus=int:4$/m);
    assert.match(answers, /^OVEHOSTED_VM\/vmMemSizeMB=int:8192$/m);
  });

  test('a password comes through the environment, and is masked', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS, { 'OVEHOSTED_ENGINE/adminPassword': undefined });
    const { outcome } = await runDeploy(host, {
      deploy: { given: given({ OVEHOSTED_ENGINE__adminPassword: 'secret1' }) },
    });
    assert.deepEqual(outcome, { kind: 'done' });
    assert.ok(host.log.secrets.has('secret1'));
  });

  const refusals: readonly (readonly [string, GivenAnswer[], string, RegExp])[] = [
    [
      'a password as a flag',
      given({}, 'OVEHOSTED_ENGINE/adminPassword=secret9'),
      'HE_USAGE',
      /^OVEHOSTED_ENGINE\/adminPassword is a secret: every user could see it in --answer$/,
    ],
    [
      'an unknown variable',
      given({ OVEHOSTED_NETWORK__fqnd: 'x' }),
      'HE_ANSWER_UNKNOWN',
      /OVEHOSTED_NETWORK\/fqnd \(environment variable OVEHOSTED_NETWORK__fqnd\); did you mean OVEHOSTED_NETWORK\/fqdn\?/,
    ],
    [
      'an unknown flag',
      given({}, 'vmVCpus=4'),
      'HE_ANSWER_UNKNOWN',
      /unknown answer key: vmVCpus \(--answer\)/,
    ],
    [
      'a value of another type',
      given({ OVEHOSTED_VM__vmVCpus: 'four' }),
      'HE_ANSWER_INVALID',
      /'four' is not an integer \(environment variable OVEHOSTED_VM__vmVCpus\)/,
    ],
  ];
  for (const [name, answers, code, message] of refusals) {
    test(`${name} is refused`, async () => {
      const host = new FakeHost();
      putAnswers(host, FIRST_ANSWERS);
      const before = host.snapshot();
      const { outcome, lines } = await runDeploy(host, { deploy: { given: answers } });
      assert.equal(outcome.kind === 'failed' && outcome.error.code, code);
      assert.match(outcome.kind === 'failed' ? outcome.error.message : '', message);
      assert.doesNotMatch(lines.join('\n'), /secret9/);
      assert.notEqual(exitCodeOf(outcome), 0);
      assert.deepEqual(host.snapshot(), before);
    });
  }

  test('a flag without a value is refused, and not repeated: it may be a password', () => {
    assert.throws(() => answerOfFlag('secret9'), {
      code: 'HE_USAGE',
      message: '--answer is not of the form KEY=VALUE',
    });
  });
});

describe('a mere check', () => {
  test('goes through all questions, changes nothing, and needs no consent', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS, { 'OVEHOSTED_CORE/confirmSettings': undefined });
    const before = host.snapshot();
    const { outcome, lines } = await runDeploy(host, { deploy: { isCheckOnly: true } });
    assert.deepEqual(outcome, { kind: 'done' });
    assert.deepEqual(host.snapshot(), before);
    assert.equal(host.files.text(PATHS.answers), undefined);
    assert.ok(lines.includes('[ INFO  ] Stage: Setup validation'));
    assert.ok(!lines.includes('[ INFO  ] Stage: Transaction setup'));
    assert.match(lines.at(-1) ?? '', /Nothing was changed\.$/);
  });

  test('says what is wrong, with its exit code', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS);
    host.storage.freeBytes = 1;
    const { outcome, lines } = await runDeploy(host, { deploy: { isCheckOnly: true } });
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_STORAGE_INVALID');
    assert.ok(!lines.some((line) => line.includes('The answers are right')));
  });
});

describe('the list of questions', () => {
  test('is an answer file that names every key, and answers none', () => {
    const text = listQuestions();
    assert.deepEqual(parseAnswerFile(text, 'list').answers, []);
    for (const name of ANSWER_NAMES)
      assert.match(text, new RegExp(`^#${name}=(str|int|bool):`, 'm'));
  });

  test('a line without its # is an answer', () => {
    const text = listQuestions().replaceAll(/^#(?=OVEHOSTED\S+:.)/gm, '');
    const { answers } = parseAnswerFile(text, 'list');
    assert.ok(answers.length > 20);
    assert.equal(answers.find(({ key }) => key === 'OVEHOSTED_VM/vmVCpus')?.value, 2);
  });

  test('tells the defaults that a terminal would offer', () => {
    for (const [name, value] of Object.entries(SETTLED)) {
      if (/cpu|deployProceed|appHostName|firewallManager/i.test(name)) continue;
      assert.ok(listQuestions().includes(`#${name}=${value}`), name);
    }
  });
});
