import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createSystemLog, isJournal, type SystemLogOptions } from '../src/system-log.js';

function lines(
  options: Partial<SystemLogOptions>,
  use: (log: ReturnType<typeof createSystemLog>) => void,
) {
  const written: string[] = [];
  const write = (line: string) => written.push(line);
  use(createSystemLog({ journal: false, wallMs: () => 0, write, ...options }));
  return written;
}

it('marks the priority for the journal', () => {
  const written = lines({ journal: true, level: 'debug' }, (log) => {
    log.error('broken', { vm: 'a' });
    log.warn('odd');
    log.info('fine');
    log.debug('detail');
  });
  assert.deepEqual(written, ['<3>broken vm=a\n', '<4>odd\n', '<6>fine\n', '<7>detail\n']);
});

it('gives people time and level, one line per message, without debug', () => {
  const written = lines({}, (log) => {
    log.info('two\nlines');
    log.debug('unseen');
  });
  assert.deepEqual(written, ['1970-01-01T00:00:00.000Z INFO  two\\nlines\n']);
});

it('knows a service manager by its variables', () => {
  assert.equal(isJournal({}), false);
  assert.equal(isJournal({ NOTIFY_SOCKET: '/run/x' }), true);
  assert.equal(isJournal({ JOURNAL_STREAM: '8:1' }), true);
});
