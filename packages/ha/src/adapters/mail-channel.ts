import { connect, type Socket } from 'node:net';
import { HeError, messageOf, type NotificationChannel } from '@hosted-engine/ports';
import { isWanted, type MailSettings } from '../notify/broker-conf.js';
import { type Mail, mailOf } from '../notify/template.js';
import type { NotifyFiles } from './notify-files.js';

/** The port on which SMTP begins with TLS. */
const SMTPS_PORT = 465;
/** What the composer writes itself. */
const OWN_HEADERS = ['from', 'to', 'subject', 'date', 'content-type', 'mime-version'];

/**
 * Mail over SMTP, as broker.conf `[email]` says. TLS is used when the server offers it; its certificate is not
 * checked, because a relay on the local network rarely has one that could be, and there is no password to lose.
 */
export function createMailChannel(files: NotifyFiles, hostname: string): NotificationChannel {
  return {
    name: 'mail',
    async send(notice, signal) {
      const conf = await files.conf();
      if (conf?.mail === undefined || !isWanted(conf, notice)) return 'skipped';
      const mail = mailOf(notice, conf.mail, await files.template(notice.type));
      await submit(conf.mail, mail, { hostname, date: new Date(notice.wallMs), signal });
      return 'sent';
    },
  };
}

interface Submission {
  readonly hostname: string;
  readonly date: Date;
  readonly signal: AbortSignal;
}

async function submit(settings: MailSettings, mail: Mail, about: Submission): Promise<void> {
  const { server: host, port, timeoutS } = settings;
  const { signal } = about;
  // Loaded with the first mail only: most daemons never send one.
  const { createTransport } = await import('nodemailer');
  const timeoutMs = timeoutS * 1000;
  let socket: Socket | undefined;
  const transport = createTransport({
    host,
    port,
    secure: port === SMTPS_PORT,
    opportunisticTLS: true,
    tls: { rejectUnauthorized: false },
    name: about.hostname,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    // Our own socket, so that a server that hangs can be left at any moment.
    getSocket: (_options, callback) => {
      const made = connect({ host, port });
      socket = made;
      made.setTimeout(timeoutMs, () => made.destroy(new Error(`no answer within ${timeoutS} s`)));
      made.once('error', callback);
      made.once('connect', () => {
        made.removeListener('error', callback);
        callback(null, { connection: made });
      });
    },
  });
  const givenUp = new Promise<never>((_resolve, reject) => {
    const leave = (): void => reject(new Error('given up'));
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
  });
  givenUp.catch(() => undefined);
  try {
    await Promise.race([transport.sendMail(messageFor(settings, mail, about.date)), givenUp]);
  } catch (error) {
    throw failure(error, settings);
  } finally {
    transport.close();
    socket?.destroy();
  }
}

function messageFor(settings: MailSettings, mail: Mail, date: Date) {
  const value = (name: string): string | undefined =>
    mail.headers.find(([written]) => written.toLowerCase() === name)?.[1];
  const others = mail.headers.filter(([name]) => !OWN_HEADERS.includes(name.toLowerCase()));
  return {
    envelope: { from: settings.from, to: [...settings.to] },
    from: value('from') ?? settings.from,
    to: value('to') ?? settings.to.join(', '),
    subject: value('subject') ?? '',
    date,
    headers: others.map(([key, text]) => ({ key, value: text })),
    text: mail.body,
  };
}

function failure(error: unknown, { server, port }: MailSettings): HeError {
  const code = (error as { readonly responseCode?: unknown }).responseCode;
  const where = `the mail server ${server} port ${port}`;
  return typeof code === 'number' && code >= 500
    ? new HeError('HE_NOTIFICATION_REFUSED', `${where} does not take it: ${messageOf(error)}`)
    : new HeError('HE_NOTIFICATION_FAILED', `${where}: ${messageOf(error)}`);
}
