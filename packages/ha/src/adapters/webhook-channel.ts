import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { HeError, messageOf, type Notice, type NotificationChannel } from '@hosted-engine/ports';
import { isWanted, type WebhookSettings } from '../notify/broker-conf.js';
import type { NotifyFiles } from './notify-files.js';

/** Answers that say "later"; every other 4xx will say the same to the same notice. */
const RETRIABLE: ReadonlySet<number> = new Set([408, 425, 429]);

/** Posts each notice as JSON to the URL of broker.conf `[webhook]`. Redirections are not followed. */
export function createWebhookChannel(files: NotifyFiles): NotificationChannel {
  return {
    name: 'webhook',
    async send(notice, signal) {
      const conf = await files.conf();
      if (conf?.webhook === undefined || !isWanted(conf, notice)) return 'skipped';
      const { webhook } = conf;
      const secret =
        webhook.secretHeaderFile === undefined
          ? undefined
          : await files.secretHeader(webhook.secretHeaderFile);
      await post(webhook, secret, bodyOf(notice), signal);
      return 'sent';
    },
  };
}

function bodyOf({ type, hostname, detail, reason, wallMs }: Notice): string {
  return JSON.stringify({
    type,
    host: hostname,
    detail,
    reason,
    time: new Date(wallMs).toISOString(),
  });
}

function post(
  { url, timeoutS }: WebhookSettings,
  secret: readonly [string, string] | undefined,
  body: string,
  signal: AbortSignal,
): Promise<void> {
  const request = url.protocol === 'https:' ? requestTls : requestPlain;
  return new Promise((resolve, reject) => {
    // The URL's path may be the secret: only its host is ever named.
    const failed = (why: string): void =>
      reject(new HeError('HE_NOTIFICATION_FAILED', `the webhook at ${url.host}: ${why}`));
    if (signal.aborted) {
      failed('given up');
      return;
    }
    const call = request(url, {
      method: 'POST',
      agent: false,
      signal,
      timeout: timeoutS * 1000,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'hosted-engine',
        ...(secret === undefined ? {} : { [secret[0]]: secret[1] }),
      },
    });
    call.on('timeout', () => call.destroy(new Error(`no answer within ${timeoutS} s`)));
    call.on('error', (error) => failed(signal.aborted ? 'given up' : messageOf(error)));
    call.on('response', (answer) => {
      const status = answer.statusCode ?? 0;
      answer.on('error', () => undefined);
      answer.destroy();
      if (status >= 200 && status < 300) resolve();
      else if (status >= 500 || RETRIABLE.has(status)) failed(`HTTP status ${status}`);
      else {
        const message = `the webhook at ${url.host} does not take it: HTTP status ${status}`;
        reject(new HeError('HE_NOTIFICATION_REFUSED', message));
      }
    });
    call.end(body);
  });
}
