import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HeError } from '../src/he-error.js';
import type { Notice, NotificationChannel } from '../src/notification-channel.js';

/** One channel to judge, with the server that it talks to; both start out well. */
export interface NotificationSubject {
  readonly channel: NotificationChannel;
  /** What the server does from now on. */
  behave(how: 'take' | 'refuse-now' | 'refuse-for-good' | 'hang' | 'drop' | 'nonsense'): void;
  /** What the server took, as text that must hold the notice's host, detail and reason. */
  taken(): readonly string[];
  /** The channel is configured away, or its configuration is damaged. */
  configure(how: 'good' | 'off' | 'damaged'): Promise<void>;
  /** What no error may show. */
  readonly secrets: readonly string[];
  dispose(): Promise<void>;
}

export const NOTICE: Notice = {
  type: 'state_transition',
  detail: 'EngineDown-EngineStart',
  reason: 'best host with score 3400; the lease is free',
  hostname: 'host1.lab.test',
  wallMs: 1_700_000_000_000,
};

/** The contract N1 to N5 of ports/src/notification-channel.ts. */
export function notificationChannelContract(
  name: string,
  create: () => Promise<NotificationSubject>,
): void {
  const check = (title: string, body: (subject: NotificationSubject) => Promise<void>): void => {
    it(title, async () => {
      const subject = await create();
      try {
        await body(subject);
      } finally {
        await subject.dispose();
      }
    });
  };
  const never = new AbortController().signal;

  /** Rejects with `code`, and shows no secret (N5). */
  async function rejectsWith(
    { channel, secrets }: NotificationSubject,
    code: string,
    signal = never,
  ): Promise<void> {
    await assert.rejects(channel.send(NOTICE, signal), (error: unknown) => {
      assert.ok(error instanceof HeError, String(error));
      assert.equal(error.code, code, error.message);
      for (const secret of secrets) {
        assert.ok(!`${error.message}${error.remedy ?? ''}`.includes(secret), error.message);
      }
      return true;
    });
  }

  describe(`notification channel contract: ${name}`, () => {
    check('N1: what it says was sent, the server took', async (subject) => {
      assert.equal(await subject.channel.send(NOTICE, never), 'sent');
      const [text = '', ...more] = subject.taken();
      assert.equal(more.length, 0);
      for (const part of [NOTICE.hostname, NOTICE.detail]) assert.ok(text.includes(part), text);
    });

    check('N2: a refusal for now may succeed later', async (subject) => {
      subject.behave('refuse-now');
      await rejectsWith(subject, 'HE_NOTIFICATION_FAILED');
      subject.behave('take');
      assert.equal(await subject.channel.send(NOTICE, never), 'sent');
      assert.equal(subject.taken().length, 1);
    });

    check('N2: a refusal for good is told as such', async (subject) => {
      subject.behave('refuse-for-good');
      await rejectsWith(subject, 'HE_NOTIFICATION_REFUSED');
      assert.equal(subject.taken().length, 0);
    });

    check('N2: a connection that is dropped', async (subject) => {
      subject.behave('drop');
      await rejectsWith(subject, 'HE_NOTIFICATION_FAILED');
    });

    check('N2: an answer of another protocol', async (subject) => {
      subject.behave('nonsense');
      await rejectsWith(subject, 'HE_NOTIFICATION_FAILED');
    });

    check('N3: a server that hangs ends with the signal', async (subject) => {
      subject.behave('hang');
      const startMs = performance.now();
      await rejectsWith(subject, 'HE_NOTIFICATION_FAILED', AbortSignal.timeout(150));
      assert.ok(performance.now() - startMs < 1500);
    });

    check('N4: configured away, nothing is sent; configured again, it is', async (subject) => {
      await subject.configure('off');
      assert.equal(await subject.channel.send(NOTICE, never), 'skipped');
      assert.equal(subject.taken().length, 0);
      await subject.configure('good');
      assert.equal(await subject.channel.send(NOTICE, never), 'sent');
    });

    check('N4: a damaged configuration is named', async (subject) => {
      await subject.configure('damaged');
      await rejectsWith(subject, 'HE_CONFIG_INVALID');
      await subject.configure('good');
      assert.equal(await subject.channel.send(NOTICE, never), 'sent');
    });
  });
}
