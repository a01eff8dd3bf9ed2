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
  const timeoutMs = timeoutS * 1000;
  // Our own socket, so that a server that hangs can be left at any moment.
  const socket = connect({ host, port });
  socket.setTimeout(timeoutMs, () => {
    socket.destroy(new Error(`no answer within ${timeoutS} s`));
  });
  const leave = (): void => void socket.destroy(new Error('given up'));
  if (about.signal.aborted) leave();
  about.signal.addEventListener('abort', leave, { once: true });
  const broken = new Promise<never>((_resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection was closed')));
  });
  broken.catch(() => undefined);
  try {
    await Promise.race([connected(socket), broken]);
    // Loaded for the first server that is there: most daemons never send a mail.
    const { createTransport } = await import('nodemailer');
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
      getSocket: (_options, callback) => callback(null, { connection: socket }),
    });
    await Promise.race([transport.sendMail(messageFor(settings, mail, about.date)), broken]);
  } catch (error) {
    throw failure(error, settings);
  } finally {
    about.signal.removeEventListener('abort', leave);
    socket.destroy();
  }
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.connecting) socket.once('connect', resolve);
    else resolve();
  });
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
