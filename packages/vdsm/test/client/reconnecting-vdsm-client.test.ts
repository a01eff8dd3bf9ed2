import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, HeError } from '@hosted-engine/ports';
import { createVdsmServer, ReconnectingVdsmClient, type VdsmServer } from '../../src/index.js';
import { RecordingLog } from '../support/recording-log.js';

/** Time stands still; `onSleep` is what happens in a pause. */
function clockThat(onSleep: () => Promise<void>): Clock {
  return { monotonicS: () => 0, wallMs: () => 0, sleep: onSleep };
}

async function start(port: number): Promise<{ server: VdsmServer; port: number }> {
  const server = createVdsmServer({
    host: '127.0.0.1',
    port,
    log: new RecordingLog(),
    handlers: { 'Host.ping2': () => Promise.resolve(true) },
  });
  return { server, port: await server.listen() };
}

test('connects when needed, again after a restart, and listens to events again', async () => {
  const first = await start(0);
  const { port } = first;
  let second: VdsmServer | undefined;
  const clock = clockThat(async () => {
    second ??= (await start(port)).server;
  });
  const client = new ReconnectingVdsmClient({ host: '127.0.0.1', port, tls: undefined }, clock);
  const event = new Promise<string>((resolve) => client.onEvent(({ method }) => resolve(method)));
  assert.deepEqual(
    await Promise.all([client.call('Host.ping2', {}), client.call('Host.ping2', {})]),
    [true, true],
  );
  await first.server.close();
  // A call may still meet the dying connection; it is not sent twice.
  const again = await client.call('Host.ping2', {}).catch(() => client.call('Host.ping2', {}));
  assert.equal(again, true);
  second?.emitEvent('|jobs|status|x', {});
  assert.equal(await event, '|jobs|status|x');
  await client.close();
  await second?.close();
});

test('gives up after its retries, and at once when aborted', async () => {
  const { server, port } = await start(0);
  await server.close();
  let pauses = 0;
  const clock = clockThat(() => {
    pauses += 1;
    return Promise.resolve();
  });
  const client = new ReconnectingVdsmClient({ host: '127.0.0.1', port, tls: undefined }, clock, {
    retries: 3,
  });
  await assert.rejects(
    client.call('Host.ping2', {}),
    (thrown) => thrown instanceof HeError && thrown.code === 'HE_HOSTD_UNREACHABLE',
  );
  assert.equal(pauses, 3);
  const signal = AbortSignal.abort();
  await assert.rejects(
    client.call('Host.ping2', {}, { signal }),
    (thrown) => thrown instanceof HeError && thrown.code === 'HE_ABORTED',
  );
  await assert.rejects(
    client.call('Host.ping2', {}, { timeoutMs: 0 }),
    (thrown) => thrown instanceof HeError && thrown.code === 'HE_HOSTD_UNREACHABLE',
  );
  await client.close();
  await assert.rejects(
    client.call('Host.ping2', {}),
    (thrown) => thrown instanceof HeError && thrown.code === 'HE_ABORTED',
  );
});
