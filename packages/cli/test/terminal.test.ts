import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Log } from '@hosted-engine/ports';
import { levelLine, noteLine } from '../src/terminal/dialect.js';
import { createTerminalDialog } from '../src/terminal/terminal-dialog.js';

const CLOCK = { monotonicS: () => 0 };

describe('the look of the lines', () => {
  test('levels are centred in seven columns, and further lines indented', () => {
    assert.equal(levelLine('INFO', 'Stage: Initializing'), '[ INFO  ] Stage: Initializing\n');
    assert.equal(levelLine('WARNING', 'a'), '[WARNING] a\n');
    assert.equal(levelLine('ERROR', 'a\nb'), '[ ERROR ] a\n         b\n');
  });

  test('colour is only in the bracket', () => {
    assert.equal(levelLine('INFO', 'a', true), '\u001b[32m[ INFO  ]\u001b[0m a\n');
  });

  test('notes stand in column ten, and are not wrapped into a pipe', () => {
    assert.equal(noteLine('a\n\nb'), '          a\n\n          b');
    const long = 'word '.repeat(50).trim();
    assert.equal(noteLine(long), `          ${long}`);
  });

  test('on a terminal words are wrapped, and never split', () => {
    const text = noteLine('word '.repeat(20).trim(), 60);
    for (const line of text.split('\n')) {
      assert.match(line, /^ {10}word( word)*$/);
      assert.ok(line.length <= 60 - 16 + 10);
    }
    const message = levelLine('ERROR', 'word '.repeat(20).trim(), false, 60);
    assert.deepEqual(
      message.split('\n').map((line) => line.length),
      [59, 58, 0],
    );
  });

  test('what is indented is to be copied, and stands on one line', () => {
    const command = `    hosted-engine --deploy --config-append=/${'x'.repeat(40)}`;
    assert.equal(noteLine(command, 40), `          ${command}`);
    assert.equal(noteLine('x'.repeat(100), 40), `          ${'x'.repeat(100)}`);
  });
});

describe('the dialog', () => {
  test('says everything to the terminal and to the log', () => {
    const written: string[] = [];
    const logged: string[] = [];
    const add = (message: string): void => {
      logged.push(message);
    };
    const log: Log = { error: add, warn: add, info: add, debug: add };
    const terminal = {
      write: (text: string) => written.push(text),
      width: undefined,
      isColored: false,
      readLine: undefined,
    };
    const dialog = createTerminalDialog(terminal, log, CLOCK);
    dialog.title('VM CONFIGURATION');
    dialog.warning('careful');
    assert.equal(dialog.interactive, false);
    assert.deepEqual(written, ['          --== VM CONFIGURATION ==--\n', '[WARNING] careful\n']);
    assert.deepEqual(logged, ['note: --== VM CONFIGURATION ==--', 'careful']);
  });

  test('asks under the prompt, and takes the answer without its blanks, but for a secret', async () => {
    const prompts: string[] = [];
    const log: Log = { error: noop, warn: noop, info: noop, debug: noop };
    const dialog = createTerminalDialog(
      {
        write: noop,
        width: undefined,
        isColored: false,
        readLine: async (prompt, { isHidden }) => {
          prompts.push(`${prompt}|${isHidden}`);
          return ' answer ';
        },
      },
      log,
      CLOCK,
    );
    assert.equal(await dialog.ask({ key: 'k', prompt: 'Name:', isSecret: false }), 'answer');
    assert.equal(await dialog.ask({ key: 'p', prompt: 'Password:', isSecret: true }), ' answer ');
    assert.deepEqual(prompts, ['          Name: |false', '          Password: |true']);
  });
});

function noop(): void {
  // Nothing is wanted of it.
}
