import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { expandLine } from '../../src/host-init/launch.js';
import { parseSpan, parseUnit, splitWords } from '../../src/host-init/unit-file.js';
import { checkoutRoot } from '../../src/paths.js';

test('a unit of the product is read with its defaults', () => {
  const unit = parseUnit(
    'a.service',
    '/x/a.service',
    [
      '[Unit]',
      'Description=A daemon',
      'After=libvirtd.service sanlock.service',
      'Wants=libvirtd.service',
      '# a comment',
      '[Service]',
      'Type=notify',
      'Environment=A=1 "B=two words"',
      'ExecStart=/usr/bin/node \\',
      '  main.js',
      'Restart=always',
      'RestartSec=2',
      'WatchdogSec=1min 30s',
      'KillMode=process',
      '[Install]',
      'Alias=b.service',
    ].join('\n'),
  );
  assert.equal(unit.type, 'notify');
  assert.deepEqual(unit.environment, { A: '1', B: 'two words' });
  assert.deepEqual(splitWords(unit.execStart), ['/usr/bin/node', 'main.js']);
  assert.equal(unit.restartSeconds, 2);
  assert.equal(unit.watchdogSeconds, 90);
  assert.equal(unit.stopTimeoutSeconds, 90);
  assert.deepEqual(unit.after, ['libvirtd.service', 'sanlock.service']);
  assert.deepEqual(unit.pulls, ['libvirtd.service']);
  assert.deepEqual(unit.aliases, ['b.service']);
});

test('a unit without ExecStart is refused by its path', () => {
  assert.throws(() => parseUnit('a.service', '/x/a.service', '[Service]\nType=simple\n'), {
    message: '/x/a.service has no ExecStart',
  });
});

test('an empty assignment clears the values before it', () => {
  const text = '[Service]\nExecStart=/bin/a\nExecStartPre=/bin/b\nExecStartPre=\n';
  assert.deepEqual(parseUnit('a.service', 'a', text).execStartPre, []);
});

test('time spans add up, and infinity is one', () => {
  assert.equal(parseSpan('500ms'), 0.5);
  assert.equal(parseSpan('1min 30s'), 90);
  assert.equal(parseSpan('infinity'), Number.POSITIVE_INFINITY);
});

test('a bare variable splits into words, a braced one stays one word', () => {
  const environment = { OPTS: '-a -b', NAME: 'two words' };
  assert.deepEqual(expandLine(`/bin/x $OPTS \${NAME} $(date)`, environment), [
    '/bin/x',
    '-a',
    '-b',
    'two words',
    '$(date)',
  ]);
});

test("the product's own units are read as they are meant", () => {
  const folder = join(checkoutRoot(), 'packaging/systemd');
  for (const name of ['vdsmd', 'ovirt-ha-agent']) {
    const path = join(folder, `${name}.service`);
    const unit = parseUnit(`${name}.service`, path, readFileSync(path, 'utf8'));
    assert.equal(unit.type, 'notify');
    assert.equal(unit.restart, 'always');
    assert.equal(unit.watchdogSeconds, 30);
    // I7: what a daemon started lives on when it is stopped.
    assert.equal(unit.killMode, 'process');
    assert.equal(unit.environment['UV_THREADPOOL_SIZE'], '16');
    assert.equal(unit.startLimit.intervalSeconds, 0);
  }
});
