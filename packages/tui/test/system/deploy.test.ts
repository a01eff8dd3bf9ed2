// The deployment as forms in a real terminal, against a made-up host and its storage.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { answerUntil } from './deployment.js';
import { noTmux, Tmux } from './tmux.js';

const PROGRAM = fileURLToPath(new URL('../fake/main.js', import.meta.url));

/** At the first question of a deployment. `file`: of answers. */
async function begin(t: TestContext, file?: string): Promise<Tmux | undefined> {
  const why = noTmux();
  if (why !== undefined) {
    t.skip(why);
    return undefined;
  }
  const tmux = new Tmux([process.execPath, PROGRAM, 'not-deployed']);
  t.after(() => tmux.close());
  await tmux.until(/Hosted Engine +: not configured on this host/);
  tmux.keys('d', 'Enter');
  await tmux.until(/> Ask everything/);
  if (file !== undefined) {
    tmux.keys('t', 'Enter');
    await tmux.until(/Path of the answer file:/);
    tmux.type(file);
  }
  tmux.keys('Enter');
  await tmux.until(/Esc abort/);
  return tmux;
}

test('a first host is deployed by its forms and a file, from the first question to the end', async (t) => {
  const tmux = await begin(t, '/root/answers.conf');
  if (tmux === undefined) return;
  const preview = await answerUntil(tmux, /Please confirm installation settings/);
  assert.match(preview, /^Deployment: CONFIGURATION PREVIEW/);
  assert.match(preview, /^Engine FQDN +: engine\.lab\.test$/m);
  assert.match(preview, /^\(\*\) No$/m, 'nothing is done without a Yes');
  const end = await answerUntil(tmux, /The deployment has (succeeded|failed)/);
  assert.match(end, /Hosted Engine successfully set up/);
  assert.match(end, /The deployment has succeeded\./);
  assert.doesNotMatch(end, /secret1/);
  tmux.keys('PageUp');
  await tmux.until(/scrolled back/);
  tmux.keys('Enter');
  await tmux.until(/> Deploy this host/);
});

test('a wrong answer is refused with its reason, and stays to be corrected', async (t) => {
  const tmux = await begin(t);
  if (tmux === undefined) return;
  await answerUntil(tmux, /pingable gateway/);
  tmux.type('10.88.1.999');
  tmux.keys('Enter');
  await tmux.until(/Error: .*10\.88\.1\.999[\s\S]*> 10\.88\.1\.999_/);
  tmux.keys('BSpace', 'BSpace', 'BSpace', '1', 'Enter');
  await tmux.until(/^Deployment: VM CONFIGURATION/);
});

for (const [how, key] of [
  ['CTRL-C', 'C-c'],
  ['CTRL-D', 'C-d'],
] as const) {
  test(`${how} aborts the run, and its end can be read`, async (t) => {
    const tmux = await begin(t);
    if (tmux === undefined) return;
    await answerUntil(tmux, /pingable gateway/);
    tmux.keys(key);
    const end = await tmux.until(/The deployment has failed \(exit code 13\)/);
    assert.match(end, /! Warning: Aborted/);
    tmux.keys('Enter');
    await tmux.until(/> Deploy this host/);
    tmux.keys('C-c');
    await tmux.until(/exit code 0/);
  });
}

test('Esc asks before it aborts', async (t) => {
  const tmux = await begin(t);
  if (tmux === undefined) return;
  await answerUntil(tmux, /pingable gateway/);
  tmux.type('10.88');
  tmux.keys('Escape');
  await tmux.until(/Abort the deployment\?/);
  tmux.keys('Enter');
  await tmux.until(/pingable gateway/);
  tmux.keys('Escape');
  await tmux.until(/Abort the deployment\?/);
  tmux.keys('y', 'Enter');
  await tmux.until(/The deployment has failed \(exit code 13\)/);
});

test('Back leads to the question before, with its answer to be changed', async (t) => {
  const tmux = await begin(t);
  if (tmux === undefined) return;
  await answerUntil(tmux, /device to boot the VM/);
  tmux.keys('d', 'Enter');
  await tmux.until(/path to the OVF archive/);
  tmux.keys('Escape');
  await tmux.until(/Abort the deployment\?/);
  tmux.keys('b', 'Enter');
  const asked = await tmux.until(/device to boot the VM[\s\S]*\(\*\) disk/);
  assert.match(asked, /^Deployment: VM CONFIGURATION/);
  tmux.keys('p', 'Enter');
  const preview = await answerUntil(tmux, /Please confirm installation settings/);
  assert.match(preview, /^Gateway address +: 10\.88\.1\.1$/m);
  assert.match(preview, /^Boot type +: pxe$/m);
});

test('a form follows the size of the terminal, and what was typed stays', async (t) => {
  const tmux = await begin(t);
  if (tmux === undefined) return;
  await answerUntil(tmux, /pingable gateway/);
  tmux.type('10.88.1.1');
  await tmux.until(/> 10\.88\.1\.1_/);
  tmux.resize(50, 14);
  await tmux.until(/^-{50}$/m);
  await tmux.until(/> 10\.88\.1\.1_/);
  tmux.keys('Enter');
  await tmux.until(/^Deployment: VM CONFIGURATION/);
});
