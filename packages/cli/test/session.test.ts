import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUnprotectedSession } from '../src/adapters/session.js';

const cases: readonly (readonly [string, Record<string, string>, string[], boolean])[] = [
  ['a console', {}, ['bash', 'login', 'systemd'], false],
  ['SSH', { SSH_CLIENT: '::1 1 2' }, ['bash', 'sshd', 'systemd'], true],
  ['SSH behind sudo, which drops the variables', {}, ['sudo', 'bash', 'sshd-session'], true],
  ['screen over SSH', { SSH_CLIENT: 'x', STY: '1.pts' }, ['bash', 'screen', 'systemd'], false],
  ['tmux over SSH, behind sudo', {}, ['sudo', 'bash', 'tmux: server', 'systemd'], false],
  ['screen in capitals, as its server is called', {}, ['bash', 'SCREEN', 'systemd'], false],
  ['SSH out of tmux on another machine', { SSH_CLIENT: 'x', TERM: 'tmux-256color' }, [], false],
  ['SSH of an unknown daemon', { SSH_CONNECTION: 'x' }, ['bash', 'dropbear'], true],
];

for (const [name, env, ancestors, expected] of cases) {
  test(`${name} is ${expected ? 'unprotected' : 'safe'}`, async () => {
    assert.equal(await isUnprotectedSession(env, async () => ancestors), expected);
  });
}

test('the ancestors of this very process are read without a fault', async () => {
  assert.equal(typeof (await isUnprotectedSession({})), 'boolean');
});
