import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { findTestFiles } from '../../src/test/find-files.js';
import { type RunAllOptions, runAll } from '../../src/test/run-all.js';

const IMPORTS = `import test, { describe, before } from 'node:test';
import assert from 'node:assert/strict';
`;

/** Each a test file of its own, by the name under which it is looked for. */
const SOURCES: Readonly<Record<string, string>> = {
  good: `test('a', () => {}); describe('s', () => { test('b', () => {}); });`,
  failing: `test('good', () => {}); describe('outer', () => { describe('inner', () => {
    test('sum', () => { console.log('printed'); assert.equal(1 + 1, 3, 'wrong sum'); }); }); });`,
  crashing: `throw new Error('broken at import');`,
  silent: `console.log('no test here');`,
  skipping: `test('needs root', (t) => { t.skip('not root'); }); test('b', () => {});`,
  'skipping-suite': `describe('lab', { skip: 'no kvm' }, () => { test('a', () => {}); });`,
  'bad-hook': `describe('s', () => { before(() => { throw new Error('hook broke'); });
    test('a', () => {}); });`,
  'late-exit': `test('a', () => { process.on('exit', () => { process.exitCode = 7; }); });`,
  hanging: `test('begun', async () => { await new Promise(() => setInterval(() => {}, 1000)); });`,
  'early-exit': `test('a', () => { process.exit(0); }); test('b', () => {});`,
};

describe('test runner', () => {
  let root = '';
  before(() => {
    root = mkdtempSync(`${tmpdir()}/he-runner-test-`);
    mkdirSync(`${root}/packages/p/dist/test/system`, { recursive: true });
    mkdirSync(`${root}/packages/p/test/system`, { recursive: true });
    mkdirSync(`${root}/lab/dist/test`, { recursive: true });
    mkdirSync(`${root}/lab/test`, { recursive: true });
    writeFileSync(`${root}/package.json`, '{"type":"module"}');
    for (const [name, source] of Object.entries(SOURCES)) {
      writeFileSync(`${root}/packages/p/test/${name}.test.ts`, '');
      writeFileSync(`${root}/packages/p/dist/test/${name}.test.js`, `${IMPORTS}${source}\n`);
    }
    writeFileSync(`${root}/packages/p/dist/test/leftover.test.js`, "throw new Error('stale');\n");
    for (const path of ['packages/p', 'lab']) {
      const sub = path === 'lab' ? '' : 'system/';
      writeFileSync(`${root}/${path}/test/${sub}real.test.ts`, '');
      writeFileSync(`${root}/${path}/dist/test/${sub}real.test.js`, "throw new Error('ran');\n");
    }
  });
  after(() => {
    rmSync(root, { recursive: true, force: true });
  });

  async function run(
    names: readonly string[],
    changes: Partial<RunAllOptions> = {},
  ): Promise<{ code: number; lines: readonly string[]; text: string }> {
    const wanted = new Set(names.map((name) => `packages/p/test/${name}.test.ts`));
    const printed: string[] = [];
    const scratch = mkdtempSync(`${root}/scratch-`);
    const code = await runAll(
      findTestFiles(root).filter(({ source }) => wanted.has(source)),
      {
        root,
        scratch,
        signal: new AbortController().signal,
        parallel: 2,
        print: (line) => printed.push(line),
        ...changes,
      },
    );
    const text = printed.join('\n');
    return { code, lines: text.split('\n'), text };
  }

  test('files are sorted by kind, and leftovers of old builds are not run', () => {
    const files = findTestFiles(root);
    assert.deepEqual(
      files.filter(({ kind }) => kind !== 'unit').map(({ kind, source }) => `${kind} ${source}`),
      ['lab lab/test/real.test.ts', 'system packages/p/test/system/real.test.ts'],
    );
    assert.equal(files.filter(({ kind }) => kind === 'unit').length, Object.keys(SOURCES).length);
  });

  test('passing and skipped tests are good; skips are named with their reason', async () => {
    const { code, lines } = await run(['good', 'skipping', 'skipping-suite']);
    assert.equal(lines.at(-1), '3 passed, 0 failed, 2 skipped');
    assert.equal(code, 0);
    assert.ok(lines.includes('skipped  packages/p/test/skipping.test.ts: needs root: not root'));
    assert.ok(lines.includes('skipped  packages/p/test/skipping-suite.test.ts: lab: no kvm'));
  });

  test('a failure is counted once, and printed in full with its path and output', async () => {
    const { code, lines, text } = await run(['failing']);
    assert.equal(lines.at(-1), '1 passed, 1 failed, 0 skipped');
    assert.equal(code, 1);
    assert.match(text, /FAILED packages\/p\/test\/failing\.test\.ts\n {2}outer > inner > sum\n/);
    assert.match(text, /AssertionError.*wrong sum/);
    assert.match(text, /output of .*:\n {4}printed/);
  });

  test('a file that crashes before its first test is a failure, shown with its error', async () => {
    const { code, lines, text } = await run(['crashing', 'good']);
    assert.equal(lines.at(-1), '2 passed, 1 failed, 0 skipped');
    assert.equal(code, 1);
    assert.match(text, /ended with code 1 before its first test/);
    assert.match(text, /broken at import/);
  });

  test('a file without tests is a failure', async () => {
    const { code, text } = await run(['silent']);
    assert.equal(code, 1);
    assert.match(text, /ran no test/);
  });

  test('no file at all is no success', async () => {
    const { code, lines } = await run(['none-of-these']);
    assert.equal(code, 1);
    assert.deepEqual(lines, ['no test file matches', '0 passed, 0 failed, 0 skipped']);
  });

  test('a hook that breaks is a failure', async () => {
    const { code, text } = await run(['bad-hook']);
    assert.equal(code, 1);
    assert.match(text, /hook broke/);
  });

  test('a process that ends badly after good tests is a failure', async () => {
    const { code, text } = await run(['late-exit']);
    assert.equal(code, 1);
    assert.match(text, /ended with code 7, though no test failed/);
  });

  test('a process that ends amid its tests is a failure', async () => {
    const { code } = await run(['early-exit']);
    assert.equal(code, 1);
  });

  test('a file that hangs is killed, and the test that hung is named', async () => {
    const { code, text } = await run(['hanging'], { timeoutS: 3 });
    assert.equal(code, 1);
    assert.match(text, /did not end within 3 s and was killed during 'begun'/);
  });

  test('an interrupt ends what runs and starts no more', async () => {
    const { code, lines, text } = await run(['hanging', 'good'], {
      signal: AbortSignal.timeout(300),
      parallel: 1,
    });
    assert.equal(code, 1);
    assert.match(text, /interrupted/);
    assert.match(lines.at(-1) ?? '', /^\d+ passed, 1 failed, 0 skipped$/);
  });
});
