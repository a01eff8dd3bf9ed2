import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HeError } from '@hosted-engine/ports';
import { NOTICE } from '@hosted-engine/ports/contract/notification-channel.contract';
import { isWanted, parseBrokerConf } from '../../src/notify/broker-conf.js';

const parse = (text: string) => parseBrokerConf(text, 'broker.conf');

describe('broker.conf', () => {
  test('as set-up writes it', () => {
    const { mail, webhook } = parse(`[email]
smtp-server = localhost
smtp-port = 25
source-email = root@localhost
destination-emails = root@localhost,admin@lab.test

[notify]
state_transition = maintenance|start|stop|migrate|up|down
`);
    assert.deepEqual(mail, {
      server: 'localhost',
      port: 25,
      timeoutS: 10,
      from: 'root@localhost',
      to: ['root@localhost', 'admin@lab.test'],
    });
    assert.equal(webhook, undefined);
  });

  test('without anything in it nobody is told', () => {
    assert.deepEqual([parse('').mail, parse('').webhook], [undefined, undefined]);
  });

  test('the rule of the original is the default; case does not count', () => {
    const conf = parse('');
    assert.ok(isWanted(conf, { ...NOTICE, detail: 'ReinitializeFSM-EngineDown' }));
    assert.ok(!isWanted(conf, { ...NOTICE, detail: 'ReinitializeFSM-UnknownLocalVmState' }));
    assert.ok(isWanted(conf, { ...NOTICE, type: 'alert', detail: 'anything' }));
  });

  const bad: readonly (readonly [string, RegExp])[] = [
    ['destination-emails', /broker\.conf:1/],
    ['[email]\ndestination-emails', /broker\.conf:2: is neither/],
    [
      '[email]\nsmtp-server=h\ndestination-emails=a\nsmtp-port=SECRET',
      /\[email\] smtp-port: is no whole number/,
    ],
    ['[notify]\nstate_transition = (SECRET', /\[notify\] state_transition: is no regular/],
    ['[webhook]\nurl = SECRET', /\[webhook\] url: must begin with http/],
    ['[webhook]\nurl = http://SECRET@h/\ntimeout = -1', /\[webhook\] timeout/],
  ];
  for (const [text, message] of bad) {
    test(`${JSON.stringify(text)} is refused by name, without its value`, () => {
      assert.throws(
        () => parse(text),
        (error: unknown) => {
          assert.ok(error instanceof HeError && error.code === 'HE_CONFIG_INVALID');
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /SECRET/);
          return true;
        },
      );
    });
  }
});
