// Both channels against real servers in this process.

import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  NOTICE,
  notificationChannelContract,
} from '@hosted-engine/ports/contract/notification-channel.contract';
import { createMailChannel } from '../../src/adapters/mail-channel.js';
import { createNotifyFiles } from '../../src/adapters/notify-files.js';
import { createWebhookChannel } from '../../src/adapters/webhook-channel.js';
import { startSmtpServer } from '../servers/smtp-server.js';
import { startWebhookServer } from '../servers/webhook-server.js';

const never = new AbortController().signal;

async function makeFiles() {
  const directory = await mkdtemp(join(tmpdir(), 'notify-'));
  const conf = join(directory, 'broker.conf');
  const files = createNotifyFiles({
    brokerConf: [join(directory, 'own.conf'), conf],
    templates: join(directory, 'notifications'),
  });
  return { directory, conf, files, remove: () => rm(directory, { recursive: true, force: true }) };
}

async function mailSubject() {
  const server = await startSmtpServer();
  const { directory, conf, files, remove } = await makeFiles();
  const good = `[email]
smtp-server = 127.0.0.1
smtp-port = ${server.port}
smtp-timeout = 5
source-email = engine@lab.test
destination-emails = admin@lab.test, second@lab.test
`;
  await writeFile(conf, good);
  return {
    server,
    directory,
    conf,
    good,
    channel: createMailChannel(files, 'host1.lab.test'),
    behave: (how: typeof server.behaviour) => {
      server.behaviour = how;
    },
    taken: () => server.taken.map(({ data }) => data),
    configure: (how: 'good' | 'off' | 'damaged') =>
      writeFile(conf, { good, off: '[email]\n', damaged: 'smtp-server' }[how]),
    secrets: [],
    dispose: async () => {
      await server.close();
      await remove();
    },
  };
}

async function webhookSubject() {
  const server = await startWebhookServer();
  const { directory, conf, files, remove } = await makeFiles();
  const header = join(directory, 'header');
  await writeFile(header, 'Authorization: Bearer header-secret\n', { mode: 0o600 });
  const good = `[webhook]
url = http://user:url-secret@127.0.0.1:${server.port}/hook/path-secret
secret-header-file = ${header}
`;
  await writeFile(conf, good);
  return {
    server,
    conf,
    header,
    channel: createWebhookChannel(files),
    behave: (how: typeof server.behaviour) => {
      server.behaviour = how;
    },
    taken: () => server.taken.map(({ body }) => body),
    configure: (how: 'good' | 'off' | 'damaged') =>
      writeFile(conf, { good, off: '', damaged: '[webhook]\nurl = ftp://path-secret\n' }[how]),
    secrets: ['header-secret', 'url-secret', 'path-secret'],
    dispose: async () => {
      await server.close();
      await remove();
    },
  };
}

notificationChannelContract('mail', mailSubject);
notificationChannelContract('webhook', webhookSubject);

describe('mail', () => {
  test('by the built-in template, with a Date, to everybody', async () => {
    const subject = await mailSubject();
    await subject.channel.send(NOTICE, never);
    const [mail] = subject.server.taken;
    assert.equal(mail?.from, 'engine@lab.test');
    assert.deepEqual(mail?.to, ['admin@lab.test', 'second@lab.test']);
    const text = mail?.data ?? '';
    assert.match(text, /^From: engine@lab\.test$/m);
    assert.match(text, /^To: admin@lab\.test, second@lab\.test$/m);
    assert.match(
      text.replaceAll(/\n[ \t]+/g, ' '),
      /^Subject: ovirt-hosted-engine state transition EngineDown-EngineStart at host1\.lab\.test$/m,
    );
    assert.match(text, /^Date: Tue, 14 Nov 2023 22:13:20 \+0000$/m);
    assert.match(text, /Why: best host with score 3400; the lease is free\./);
    await subject.dispose();
  });

  test("by the admin's template, read anew", async () => {
    const subject = await mailSubject();
    const folder = join(subject.directory, 'notifications');
    await mkdir(folder);
    const template = `From: {source-email}
To: {destination-emails}
X-Type: {type}
Subject: [{{lab}}] {hostname}: {detail} {unknown}
The state machine changed state at {time}.
`;
    await writeFile(join(folder, 'state_transition.txt'), template);
    const notice = { ...NOTICE, detail: 'A-start\nBcc: evil@lab.test' };
    await subject.channel.send(notice, never);
    const text = subject.taken()[0] ?? '';
    assert.match(text, /^Subject: \[\{lab\}\] host1\.lab\.test: A-start Bcc: evil@lab\.test/m);
    assert.match(text, /^X-Type: state_transition$/m);
    assert.match(text, /^The state machine changed state at 1700000000\.$/m);
    assert.doesNotMatch(text, /^Bcc:/m);
    await subject.dispose();
  });

  test('what the rules do not want is not sent', async () => {
    const subject = await mailSubject();
    await writeFile(subject.conf, `${subject.good}[notify]\nstate_transition = MAINTENANCE|bad\n`);
    assert.equal(await subject.channel.send(NOTICE, never), 'skipped');
    const bad = { ...NOTICE, detail: 'EngineUp-EngineUpBadHealth' };
    assert.equal(await subject.channel.send(bad, never), 'sent');
    assert.equal(await subject.channel.send({ ...NOTICE, type: 'alert' }, never), 'sent');
    await subject.dispose();
  });

  test("this host's own broker.conf comes first", async () => {
    const subject = await mailSubject();
    await writeFile(join(subject.directory, 'own.conf'), '[email]\n');
    assert.equal(await subject.channel.send(NOTICE, never), 'skipped');
    await subject.dispose();
  });

  test('a server that is not there, and one that hangs, leave no connection behind', async () => {
    const subject = await mailSubject();
    subject.behave('hang');
    await assert.rejects(subject.channel.send(NOTICE, AbortSignal.timeout(50)));
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(subject.server.connections(), 0);
    await subject.server.close();
    await assert.rejects(subject.channel.send(NOTICE, never), /ECONNREFUSED|refused/);
    await subject.dispose().catch(() => undefined);
  });
});

describe('the webhook', () => {
  test('gets JSON and the secret header', async () => {
    const subject = await webhookSubject();
    await subject.channel.send(NOTICE, never);
    const [call] = subject.server.taken;
    assert.equal(call?.headers.authorization, 'Bearer header-secret');
    assert.equal(call?.headers['content-type'], 'application/json');
    assert.deepEqual(JSON.parse(call?.body ?? ''), {
      type: 'state_transition',
      host: 'host1.lab.test',
      detail: 'EngineDown-EngineStart',
      reason: NOTICE.reason,
      time: '2023-11-14T22:13:20.000Z',
    });
    await subject.dispose();
  });

  const badHeaders: readonly (readonly [string, string, number, RegExp])[] = [
    ['that others may read', 'X-Key: header-secret\n', 0o644, /mode must be 0600/],
    ['that is no header', 'header-secret', 0o600, /one line 'Name: value'/],
    ['that is empty', '', 0o600, /one line 'Name: value'/],
  ];
  for (const [name, text, mode, message] of badHeaders) {
    test(`sends nothing with a secret ${name}, and does not show it`, async () => {
      const subject = await webhookSubject();
      await writeFile(subject.header, text);
      await chmod(subject.header, mode);
      await assert.rejects(subject.channel.send(NOTICE, never), (error: Error) => {
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /header-secret/);
        return true;
      });
      assert.equal(subject.server.taken.length, 0);
      await subject.dispose();
    });
  }
});
