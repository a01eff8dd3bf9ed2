import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkTree, formatViolation } from '../../src/tidy/check.js';

/** The outlines of the real tree, with nothing wrong in it. */
const SOUND: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ devDependencies: { 'fast-check': '1' } }),
  ...manifest('core', []),
  ...manifest('ports', ['core']),
  ...manifest('platform', ['core', 'ports']),
  ...manifest('hostd', ['core', 'ports', 'platform']),
  ...manifest('setup', ['core', 'ports', 'platform']),
  ...manifest('cli', ['lab']),
  'packages/core/src/index.ts': "export * from './step.js';\n",
  'packages/core/src/step.ts': 'export const step = (now: number): number => now;\n',
  'packages/hostd/src/main.ts': "import { mount } from '@hosted-engine/platform';\nmount();\n",
  'packages/hostd/src/main/wire.ts': "export { mount } from '@hosted-engine/platform';\n",
  'packages/hostd/test/a.test.ts': "import fc from 'fast-check';\nfc.nat();\n",
};

function manifest(room: string, dependencies: readonly string[]): Readonly<Record<string, string>> {
  const named = dependencies.map((name) => [`@hosted-engine/${name}`, '1']);
  return {
    [`packages/${room}/package.json`]: JSON.stringify({
      name: `@hosted-engine/${room}`,
      dependencies: Object.fromEntries(named),
    }),
  };
}

function check(added: Readonly<Record<string, string>>): readonly string[] {
  const files = Object.entries({ ...SOUND, ...added }).map(([path, text]) => ({ path, text }));
  return checkTree(files, ['/elsewhere']).map(formatViolation);
}

/** Checks that one file breaks one rule in one line, and that the message matches. */
function assertOne(path: string, text: string, place: string, message: RegExp): void {
  const found = check({ [path]: text });
  assert.equal(found.length, 1, found.join('\n'));
  assert.ok(found[0]?.startsWith(`${path}:${place}: `), found[0]);
  assert.match(found[0] ?? '', message);
}

test('a sound tree has no violation', () => {
  assert.deepEqual(check({}), []);
});

describe('imports', () => {
  const core = 'packages/core/src/a.ts';
  const hostd = 'packages/hostd/src/a.ts';

  test('core uses no builtin', () => {
    assertOne(core, "\nimport 'node:fs';\n", '2', /core is pure/);
  });
  test('a package that is not in package.json is refused, however it is named', () => {
    assertOne(core, "import '@hosted-engine/ports';\n", '1', /not in the dependencies/);
    assertOne(hostd, "const x = import('koffi/x');\n", '1', /'koffi' is not in the dependencies/);
    assertOne(hostd, "export type A = import('koffi').B;\n", '1', /'koffi'/);
    assertOne(hostd, "export * from 'fast-check';\n", '1', /'fast-check'/);
  });
  test('adapters are given to a daemon in its main only', () => {
    assertOne(hostd, "import '@hosted-engine/platform';\n", '1', /only in src\/main\.ts/);
  });
  test('an inner room is not opened by its own package.json', () => {
    const path = 'packages/setup/src/a.ts';
    assertOne(path, "import '@hosted-engine/platform';\n", '1', /setup may not import platform/);
  });
  test('set-up has no terminal', () => {
    assertOne('packages/setup/src/a.ts', "import 'node:readline';\n", '1', /no terminal/);
  });
  test('no package knows of the lab', () => {
    assertOne('packages/cli/src/a.ts', "import '@hosted-engine/lab';\n", '1', /know of lab/);
  });
  test('relative imports stay in their package and name the built file', () => {
    assertOne(hostd, "import '../../core/src/step.js';\n", '1', /leaves packages\/hostd/);
    assertOne(hostd, "import './main/wire';\n", '1', /no \.js/);
    assertOne(hostd, "import '@hosted-engine/hostd';\n", '1', /relative paths/);
    assertOne(hostd, "import 'fs';\n", '1', /write 'node:fs'/);
  });
});

describe('cycles', () => {
  test('a circle of files is reported once, with all of them', () => {
    const found = check({
      'packages/core/src/a.ts': "import './b.js';\n",
      'packages/core/src/b.ts': "import './c.js';\n",
      'packages/core/src/c.ts': "export { x } from './a.js';\n",
    });
    assert.equal(found.length, 1);
    assert.match(found[0] ?? '', /src\/a\.ts → .*b\.ts → .*c\.ts → .*a\.ts$/);
  });
  test('types alone make no circle', () => {
    const found = check({
      'packages/core/src/a.ts': "import type { B } from './b.js';\nexport type A = B;\n",
      'packages/core/src/b.ts': "import './a.js';\nexport type B = 1;\n",
    });
    assert.deepEqual(found, []);
  });
});

describe('pure core', () => {
  const path = 'packages/core/src/a.ts';
  for (const [what, text] of [
    ['Date', 'export const a = new Date();'],
    ['Date', 'export const a = Date.now();'],
    ['Promise', 'export type A = Promise<void>;'],
    ['process', 'process.exit(1);'],
    ['console', "console.log('');"],
    ['setTimeout', 'setTimeout(() => 1, 1);'],
    ['Math.random', 'export const a = Math.random();'],
  ] as const) {
    test(`refuses: ${text}`, () => {
      assertOne(path, `\n\n${text}\n`, '3', new RegExp(`may not use ${what}$`));
    });
  }
  test('refuses async functions', () => {
    const found = check({ [path]: 'export const a = async () => await 1;\n' });
    assert.deepEqual(
      found.map((line) => line.replace(/.*may not use /, '')),
      ['async', 'await'],
    );
  });
  test('comments, texts and members of that name are no use of it', () => {
    const text = `// No Date here.
export const a = { process: 'Date' };
export const b = a.process;
export interface C { readonly console: string; setTimeout(): void }
`;
    assert.deepEqual(check({ [path]: text }), []);
  });
  test('other rooms may', () => {
    assert.deepEqual(check({ 'packages/hostd/src/a.ts': 'process.exit(1);\n' }), []);
  });
});

describe('shape', () => {
  test('a file of more than 400 lines fails, of more than 300 is warned of', () => {
    assert.deepEqual(check({ 'packages/core/src/a.ts': '//\n'.repeat(300) }), []);
    assertOne('packages/core/src/a.ts', '//\n'.repeat(301), '301', /warning: length/);
    assertOne('packages/core/src/a.ts', '//\n'.repeat(401), '401', /: length: 401 lines/);
  });
  test('names are kebab-case', () => {
    assertOne('packages/core/src/someFile.ts', '', '1', /kebab-case/);
    assertOne('packages/core/src/Some/file.ts', '', '1', /kebab-case/);
    assertOne('packages/core/src/some_file.ts', '', '1', /kebab-case/);
    assert.deepEqual(check({ 'packages/core/contract/some-file.contract.ts': '' }), []);
  });
  test('a module has no state', () => {
    assertOne('packages/core/src/a.ts', '\nexport let a = 1;\n', '2', /no let or var/);
    assert.deepEqual(check({ 'packages/hostd/src/x/main.ts': 'let a = 1;\na++;\n' }), []);
  });
});

describe('tests', () => {
  const path = 'packages/core/test/a.test.ts';
  for (const mode of ['only', 'skip', 'todo']) {
    test(`no .${mode} is left behind`, () => {
      assertOne(path, `\ntest.${mode}('a', () => {});\n`, '2', /may not be left/);
      assertOne(path, `describe.${mode}('a', () => {});\n`, '1', /may not be left/);
      assertOne(path, `test('a', { ${mode}: true }, () => {});\n`, '1', /may not be left/);
    });
  }
  test('a test that skips itself gives the reason', () => {
    assertOne(path, "test('a', (t) => { t.skip(); });\n", '1', /says why/);
    const sound = "test('a', { skip: reason() }, (t) => { t.skip('needs root'); });\n";
    assert.deepEqual(check({ [path]: sound }), []);
  });
});

describe('texts', () => {
  test('nothing unfinished', () => {
    assertOne('docs/a.md', `a\n${'TO'}${'DO'}: b\n`, '2', /unfinished/);
    assertOne('bin/tool', `# ${'FIX'}${'ME'}\n`, '1', /unfinished/);
  });
  test('no path of the machine that it was written on', () => {
    assertOne('docs/a.md', 'see /elsewhere/x\n', '1', /path of this machine/);
    assert.deepEqual(check({ 'docs/a.md': 'see x/elsewhere/x, /elsewhere-not\n' }), []);
  });
});
