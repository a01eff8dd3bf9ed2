// broker.conf: who is told of what (ha-daemon.md 6). The keys of [webhook] and `alert` are ours.

import { FormatError, type FormatProblem, IniDocument } from '@hosted-engine/formats';
import { HeError, type Notice, type NoticeType } from '@hosted-engine/ports';

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

const DEFAULT_RULES: Readonly<Record<NoticeType, string>> = {
  state_transition: 'maintenance|start|stop|up|down',
  alert: '.',
};

/** Throws HE_CONFIG_INVALID with every fault of the file. Values are not quoted: they may be secrets. */
export function parseBrokerConf(text: string, path: string): BrokerConf {
  const problems: FormatProblem[] = [];
  const document = documentOf(text, path);
  const get = (section: string, key: string): string | undefined => {
    const value = document.get(section, key)?.trim();
    return value === undefined || value === '' ? undefined : value;
  };
  const number = (section: string, key: string, fallback: number, max: number): number => {
    const written = get(section, key);
    const value = written === undefined ? fallback : Number(written);
    if (Number.isFinite(value) && value > 0 && value <= max) return value;
    problems.push({ key: `[${section}] ${key}`, what: `must be a number from 1 to ${max}` });
    return fallback;
  };

  function rule(type: NoticeType): RegExp {
    try {
      return new RegExp(get('notify', type) ?? DEFAULT_RULES[type], 'i');
    } catch {
      problems.push({ key: `[notify] ${type}`, what: 'is no regular expression' });
      return /(?!)/;
    }
  }

  function mail(): MailSettings | undefined {
    const to = listOf(get('email', 'destination-emails'));
    const server = get('email', 'smtp-server');
    if (to.length === 0 || server === undefined) return undefined;
    return {
      server,
      port: number('email', 'smtp-port', 25, 65535),
      timeoutS: number('email', 'smtp-timeout', 10, 600),
      from: get('email', 'source-email') ?? 'root@localhost',
      to,
    };
  }

  function webhook(): WebhookSettings | undefined {
    const written = get('webhook', 'url');
    if (written === undefined) return undefined;
    const url = URL.canParse(written) ? new URL(written) : undefined;
    if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
      problems.push({ key: '[webhook] url', what: 'must begin with http:// or https://' });
      return undefined;
    }
    return {
      url,
      timeoutS: number('webhook', 'timeout', 10, 600),
      secretHeaderFile: get('webhook', 'secret-header-file'),
    };
  }

  const conf = {
    mail: mail(),
    webhook: webhook(),
    rules: { state_transition: rule('state_transition'), alert: rule('alert') },
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
