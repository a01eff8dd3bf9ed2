// The text UI in a real terminal of 80 by 24, over a made-up cluster.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { noTmux, Tmux, type TmuxOptions } from './tmux.js';

const PROGRAM = fileURLToPath(new URL('../fake/main.js', import.meta.url));
const FOOT = /\n-{80}\n.*(Enter|q leave).*\n\n?$/;

/** Undefined, with the reason said, where there is no tmux. */
function start(t: TestContext, kind: string, options: TmuxOptions = {}): Tmux | undefined {
  const why = noTmux();
  if (why !== undefined) {
    t.skip(why);
    return undefined;
  }
  const tmux = new Tmux([process.execPath, PROGRAM, kind], options);
  t.after(() => tmux.close());
  return tmux;
}

test('the first screen sums up the host and the cluster, and leaves cleanly', async (t) => {
  const tmux = start(t, 'deployed');
  if (tmux === undefined) return;
  const screen = await tmux.until(/Hosts +: 2 of 3 alive, 1 silent/);
  assert.match(screen, /Hosted Engine +: configured, this is host 2/);
  assert.match(screen, /Engine VM +: Up on host1\.lab\.test, health good/);
  assert.match(screen, FOOT);
  tmux.keys('q');
  const after = await tmux.until(/exit code 0/);
  assert.match(after, /left the text UI/);
  assert.doesNotMatch(after, /Hosted Engine/, 'what the terminal showed before is there again');
});

test('CTRL-C leaves from any screen', async (t) => {
  const tmux = start(t, 'deployed');
  if (tmux === undefined) return;
  await tmux.until(/Leave/);
  tmux.keys('Enter');
  await tmux.until(/Status of the hosts/);
  tmux.keys('C-c');
  await tmux.until(/exit code 0/);
});

test('the status: a table, all that one host reports, and back', async (t) => {
  const tmux = start(t, 'deployed');
  if (tmux === undefined) return;
  await tmux.until(/Leave/);
  tmux.keys('Enter');
  const table = await tmux.until(/host3\.lab\.test/);
  assert.match(table, /^> {2}1 {2}host1\.lab\.test +yes +3400 {2}EngineUp +Up, good$/m);
  assert.match(table, /^ {3}3 {2}host3\.lab\.test +no +2400 {2}\(EngineDown\) +unknown$/m);
  tmux.keys('Down', 'Enter');
  const details = await tmux.until(/--== Host host2\.lab\.test \(id: 2\) status ==--/);
  assert.match(details, /Score +: 3400/);
  assert.doesNotMatch(details, /state=EngineDown/, 'the rest is below the screen');
  tmux.keys('PageDown');
  await tmux.until(/state=EngineDown/);
  tmux.keys('Escape');
  const again = await tmux.until(/^> {2}2 {2}host2/m);
  assert.match(again, FOOT);
  tmux.keys('Escape');
  await tmux.until(/> Status of the hosts/);
});

test('a long table scrolls with the choice', async (t) => {
  const tmux = start(t, 'many');
  if (tmux === undefined) return;
  await tmux.until(/Leave/);
  tmux.keys('Enter');
  await tmux.until(/^> {2}1 /m);
  tmux.keys('End');
  const end = await tmux.until(/^> 63 {2}host63/m);
  assert.match(end, FOOT);
});

test('a daemon that does not answer is said so, and the screen stays', async (t) => {
  const tmux = start(t, 'silent');
  if (tmux === undefined) return;
  await tmux.until(/HA daemon +: the HA daemon does not answer/);
  tmux.keys('Enter');
  await tmux.until(/Status of the hosts[\s\S]*the HA daemon does not answer/);
});

test('maintenance: the present mode is chosen, another is set, and is there next time', async (t) => {
  const tmux = start(t, 'deployed');
  if (tmux === undefined) return;
  await tmux.until(/Leave/);
  tmux.keys('Down', 'Enter');
  assert.match(await tmux.until(/\(\*\) none/), /^Now: none$/m);
  tmux.keys('g', 'Enter');
  await tmux.until(/The maintenance mode is now: global\./);
  tmux.keys('Enter');
  await tmux.until(/Global maintenance +: ON/);
  tmux.keys('Enter');
  assert.match(await tmux.until(/\(\*\) global/), /^Now: global$/m);
});

test('local maintenance of the only host that can run the engine VM asks before it stops it', async (t) => {
  const tmux = start(t, 'alone');
  if (tmux === undefined) return;
  await tmux.until(/Leave/);
  tmux.keys('Down', 'Enter');
  await tmux.until(/\(\*\) none/);
  tmux.keys('l', 'Enter');
  const asked = await tmux.until(/Stop the engine VM/);
  assert.match(asked, /^\(\*\) No: leave everything as it is$/m);
  tmux.keys('Enter');
  await tmux.until(/Local maintenance +: off/);
  tmux.keys('Enter');
  await tmux.until(/\(\*\) none/);
  tmux.keys('l', 'Enter');
  await tmux.until(/Stop the engine VM/);
  tmux.keys('y', 'Enter');
  await tmux.until(/The maintenance mode is now: local\./);
});

test('the console password is hidden, typed twice, and what went wrong is said', async (t) => {
  const tmux = start(t, 'deployed');
  if (tmux === undefined) return;
  await tmux.until(/Leave/);
  tmux.keys('c', 'Enter');
  await tmux.until(/Enter the password:/);
  tmux.type('s3cret');
  const hidden = await tmux.until(/> \*\*\*\*\*\*/);
  assert.doesNotMatch(hidden, /s3cret/);
  tmux.keys('Enter');
  await tmux.until(/Enter it again:/);
  tmux.type('other');
  tmux.keys('Enter');
  await tmux.until(/Passwords do not match/);
  tmux.type('refuse me');
  tmux.keys('Enter');
  await tmux.until(/Enter it again:/);
  tmux.type('refuse me');
  tmux.keys('Enter');
  const refused = await tmux.until(/Error: the engine VM does not run on this host/);
  assert.match(refused, /`hosted-engine --vm-status` shows where it runs\./);
  tmux.keys('Enter');
  await tmux.until(/> Console password/);
});

test('a change of size is followed at once, down to half and up again', async (t) => {
  const tmux = start(t, 'deployed');
  if (tmux === undefined) return;
  await tmux.until(/Leave/);
  tmux.resize(120, 40);
  await tmux.until(/^-{120}$/m);
  tmux.keys('Enter');
  await tmux.until(/host3\.lab\.test/);
  tmux.resize(60, 12);
  await tmux.until(/^Status of the hosts[\s\S]*^-{60}$[\s\S]*^> {2}1 {2}host1[\s\S]*^-{60}$/m);
  tmux.resize(30, 8);
  await tmux.until(/^Too small: 40 x 12 is needed\s*$/);
  tmux.resize(80, 24);
  await tmux.until(FOOT);
});

test('without colours the same is to be read', async (t) => {
  const tmux = start(t, 'deployed', { env: { FORCE_COLOR: '0' } });
  if (tmux === undefined) return;
  await tmux.until(/> Status of the hosts/);
  assert.equal(tmux.colouredScreen().includes('\u001b['), false);
});
