// broker.conf: who is told of what (ha-daemon.md 6). The keys of [webhook] and `alert` are ours.

import { ConfReader, FormatError, IniDocument } from '@hosted-engine/formats';
import { HeError, type Notice, type NoticeType } from '@hosted-engine/ports';
import { BROKER_KEYS as KEYS } from '../config/broker-keys.js';

export interface BrokerConf {
  /** Undefined: no mail is sent. */
  readonly mail: MailSettings | undefined;
  readonly webhook: WebhookSettings | undefined;
  /** By type, searched in the detail. */
  readonly rules: Readonly<Record<NoticeType, RegExp>>;
}

export interface MailSettings {
  readonly server: string;
  readonly port: number;
  readonly timeoutS: number;
  readonly from: string;
  readonly to: readonly string[];
}

export interface WebhookSettings {
  readonly url: URL;
  readonly timeoutS: number;
  /** Holds one line `Name: value`, for the root user only. */
  readonly secretHeaderFile: string | undefined;
}

/** Throws HE_CONFIG_INVALID with every fault of the file. Values are not quoted: they may be secrets. */
export function parseBrokerConf(text: string, path: string): BrokerConf {
  const document = documentOf(text, path);
  const reader = new ConfReader(({ section = '', key }) => {
    return document.get(section, key)?.trim() || undefined;
  });
  const { problems } = reader;

  function rule(key: typeof KEYS.stateTransition | typeof KEYS.alert): RegExp {
    try {
      return new RegExp(reader.get(key, '.'), 'i');
    } catch {
      problems.push({ key: `[notify] ${key.key}`, what: 'is no regular expression' });
      return /(?!)/;
    }
  }

  function mail(): MailSettings | undefined {
    const to = listOf(reader.find(KEYS.destinationEmails));
    const server = reader.find(KEYS.smtpServer);
    if (to.length === 0 || server === undefined) return undefined;
    return {
      server,
      port: reader.get(KEYS.smtpPort, 0),
      timeoutS: reader.get(KEYS.smtpTimeoutS, 0),
      from: reader.get(KEYS.sourceEmail, ''),
      to,
    };
  }

  function webhook(): WebhookSettings | undefined {
    const written = reader.find(KEYS.webhookUrl);
    if (written === undefined) return undefined;
    const url = URL.canParse(written) ? new URL(written) : undefined;
    if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
      problems.push({ key: '[webhook] url', what: 'must begin with http:// or https://' });
      return undefined;
    }
    return {
      url,
      timeoutS: reader.get(KEYS.webhookTimeoutS, 0),
      secretHeaderFile: reader.find(KEYS.secretHeaderFile),
    };
  }

  const conf = {
    mail: mail(),
    webhook: webhook(),
    rules: { state_transition: rule(KEYS.stateTransition), alert: rule(KEYS.alert) },
  };
  if (problems.length > 0) throw invalid(new FormatError(path, problems));
  return conf;
}

/** Whether the rules want this one told. */
export function isWanted(conf: BrokerConf, notice: Notice): boolean {
  return conf.rules[notice.type].test(notice.detail);
}

function documentOf(text: string, path: string): IniDocument {
  try {
    return IniDocument.parse(text, path);
  } catch (error) {
    throw error instanceof FormatError ? invalid(error) : error;
  }
}

function invalid(error: FormatError): HeError {
  return new HeError('HE_CONFIG_INVALID', error.message.replaceAll('\n', '; '), {
    remedy: 'Correct the file; it is read again for each notification.',
    cause: error,
  });
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
