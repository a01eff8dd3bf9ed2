import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ProgressLine } from '../src/terminal/progress.js';

function line(width: number | undefined) {
  const written: string[] = [];
  const time = { s: 100 };
  const output = { write: (text: string) => written.push(text), width, isColored: false };
  return { written, time, progress: new ProgressLine(output, () => time.s) };
}

describe('progress', () => {
  test('a terminal draws one line again, at most twice a second, and ends it once', () => {
    const { written, time, progress } = line(80);
    for (let done = 0; done <= 100; done += 1) {
      progress.show('Copying', done, 100);
      time.s += 0.125;
    }
    progress.close();
    assert.equal(written[0], '\r\u001b[K[ INFO  ] Copying: 0%');
    assert.equal(written.filter((text) => text.startsWith('\r')).length, 26);
    assert.deepEqual(written.slice(-2), ['\r\u001b[K[ INFO  ] Copying: 100%', '\n']);
  });

  test('what comes in between ends the line first', () => {
    const { written, progress } = line(80);
    progress.show('Waiting', 3, undefined);
    progress.close();
    progress.close();
    assert.deepEqual(written, ['\r\u001b[K[ INFO  ] Waiting: 3', '\n']);
  });

  test('a line never wraps', () => {
    const { written, progress } = line(40);
    progress.show('x'.repeat(100), 1, 2);
    assert.equal(written[0]?.replace('\r\u001b[K', '').length, 39);
  });

  test('a pipe gets a line for each tenth', () => {
    const { written, progress } = line(undefined);
    for (let done = 0; done <= 1000; done += 1) progress.show('Copying', done, 1000);
    assert.equal(written.length, 11);
    assert.equal(written[1], '[ INFO  ] Copying: 10%\n');
    assert.equal(written.at(-1), '[ INFO  ] Copying: 100%\n');
  });

  test('the end is handed on for the log, and a second run of the same is drawn anew', () => {
    const { written, progress } = line(undefined);
    assert.equal(progress.show('Copying', 1, 2), undefined);
    assert.equal(progress.show('Copying', 2, 2), 'Copying: 100%');
    assert.equal(progress.show('Copying', 0, 2), undefined);
    assert.equal(written.at(-1), '[ INFO  ] Copying: 0%\n');
  });
});
