// What the storage already holds when a deployment begins.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deployFirst, FIRST_ANSWERS, putAnswers, runDeploy } from './fake/deployment.js';
import { FakeHost } from './fake/world.js';

const CLEAN = { 'OVEHOSTED_STORAGE/unfinishedDomain': 'str:clean' };

/** Storage on which another host began, and never came to the end. */
async function withUnfinished(): Promise<FakeHost> {
  const other = new FakeHost(1);
  await deployFirst(other);
  other.storage.volume('HostedEngineConfigurationImage')?.bytes.fill(0);
  return new FakeHost(2, other.storage);
}

describe('an unfinished domain that this host knows nothing of', () => {
  test('is named, and left alone unless somebody says to remove it', async () => {
    const host = await withUnfinished();
    const domain = host.storage.domain;
    putAnswers(host, FIRST_ANSWERS);
    const before = host.snapshot();
    const { outcome, lines } = await runDeploy(host);
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_STORAGE_INVALID');
    const text = lines.join('\n');
    assert.match(
      text,
      /holds domain .* \(hosted_storage\) of a hosted engine whose deployment was not finished/,
    );
    assert.match(text, /resume it on the host where it was begun/);
    assert.deepEqual(host.snapshot(), before);
    assert.equal(host.storage.domain, domain);
  });

  test('is removed when the answers say so, and a new one takes its place', async () => {
    const host = await withUnfinished();
    const old = host.storage.domain?.sdUUID;
    putAnswers(host, FIRST_ANSWERS, CLEAN);
    const { outcome, lines } = await runDeploy(host);
    assert.equal(outcome.kind, 'done', lines.join('\n'));
    assert.ok(lines.includes(`[ INFO  ] Removing the unfinished storage domain ${old}`));
    assert.notEqual(host.storage.domain?.sdUUID, old);
    assert.equal(host.storage.domain?.volumes.length, 4);
  });

  test('a person is asked, and who does not want it may give another path', async () => {
    const host = await withUnfinished();
    putAnswers(host, { ...FIRST_ANSWERS, 'OVEHOSTED_STORAGE/storageDomainConnection': undefined });
    const { outcome, asked, lines } = await runDeploy(host, {
      typed: ['yes', 'nas.lab.test:/exports/he', 'abort'],
    });
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_ABORTED');
    assert.ok(asked.includes('OVEHOSTED_STORAGE/unfinishedDomain'), lines.join('\n'));
    assert.equal(asked.at(-1), 'OVEHOSTED_STORAGE/storageDomainConnection');
    assert.ok(host.storage.domain !== undefined);
  });

  test('is not removed while some host renews its lease there', async () => {
    const host = await withUnfinished();
    const { domain } = host.storage;
    assert.ok(domain !== undefined);
    putAnswers(host, FIRST_ANSWERS, CLEAN);
    const ids = Buffer.from(domain.ids.buffer);
    const inner = host.storage.probe;
    let stamp = 5000n;
    const probe = {
      open: async (...given: Parameters<typeof inner.open>) => {
        const view = await inner.open(...given);
        const read: typeof view.read = async (path, offset, length) => {
          if (path.endsWith('/ids')) {
            stamp += 1n;
            ids.writeBigUInt64LE(stamp, 0x98);
          }
          return view.read(path, offset, length);
        };
        return { ...view, read };
      },
    };
    Object.defineProperty(host.storage, 'probe', { value: probe });
    const { outcome } = await runDeploy(host);
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_LEASE_HELD');
    assert.equal(host.storage.domain, domain);
  });
});

describe('other domains', () => {
  test('one whose creation was broken off before its metadata is unfinished', async () => {
    const host = new FakeHost();
    const domain = host.storage.newDomain('11111111-2222-4333-8444-555555555555', '');
    for (const key of Object.keys(domain.metadata)) delete domain.metadata[key];
    putAnswers(host, FIRST_ANSWERS, CLEAN);
    const { outcome, lines } = await runDeploy(host);
    assert.equal(outcome.kind, 'done', lines.join('\n'));
  });

  test('one of somebody else is refused, whatever the answers say', async () => {
    const host = new FakeHost();
    const domain = host.storage.newDomain('11111111-2222-4333-8444-555555555555', 'data1');
    putAnswers(host, FIRST_ANSWERS, CLEAN);
    const before = host.snapshot();
    const { outcome, lines } = await runDeploy(host);
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_STORAGE_INVALID');
    assert.match(
      lines.join('\n'),
      /\(data1\), which is not a hosted engine's that this host could join/,
    );
    assert.equal(host.storage.domain, domain);
    assert.deepEqual(host.snapshot(), before);
  });
});
