import { readFile, stat } from 'node:fs/promises';
import { HeError, isErrno, messageOf, type NoticeType } from '@hosted-engine/ports';
import { type BrokerConf, parseBrokerConf } from '../notify/broker-conf.js';

/** The files that notifications are made from, read anew each time. */
export interface NotifyFiles {
  /** Undefined when there is no broker.conf. Rejects with HE_CONFIG_INVALID. */
  conf(): Promise<BrokerConf | undefined>;
  /** The admin's template of a type, if there is one. */
  template(type: NoticeType): Promise<string | undefined>;
  /** A header `Name: value` from a file that nobody but its owner may read. */
  secretHeader(path: string): Promise<readonly [name: string, value: string]>;
}

export interface NotifyFilesOptions {
  /** The first that exists counts: this host's own, then the copy of the shared one. */
  readonly brokerConf: readonly string[];
  readonly templates: string;
}

export function createNotifyFiles(options: NotifyFilesOptions): NotifyFiles {
  return {
    async conf() {
      for (const path of options.brokerConf) {
        const text = await textOf(path);
        if (text !== undefined) return parseBrokerConf(text, path);
      }
      return undefined;
    },
    template: (type) => textOf(`${options.templates}/${type}.txt`),
    async secretHeader(path) {
      const { mode } = await stat(path).catch((error: unknown) => {
        throw invalid(`the secret header ${path} cannot be read: ${messageOf(error)}`);
      });
      if ((mode & 0o077) !== 0) {
        throw invalid(`the secret header ${path} can be read by others: its mode must be 0600`);
      }
      const [line = ''] = ((await textOf(path)) ?? '').split(/\r?\n/);
      const [, name, value] =
        /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([!-~][ -~]*)$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) return [name, value.trimEnd()];
      throw invalid(`the secret header ${path} must hold one line 'Name: value'`);
    },
  };
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw invalid(`${path} cannot be read: ${messageOf(error)}`);
  }
}

function invalid(message: string): HeError {
  return new HeError('HE_CONFIG_INVALID', message);
}
