import { HeError } from '@hosted-engine/ports';
import type { HostKey, RemoteFile, RemoteHosts, RemoteLogin } from '../../src/ports.js';

/** Other hosts as SSH shows them: those in `files` answer. */
export class FakeRemoteHosts implements RemoteHosts {
  /** By host name: its files by path. */
  readonly files = new Map<string, Record<string, string>>();
  password = 'toor';
  /** Whether a key of this host's root is accepted. */
  acceptsKey = false;
  trust: HostKey['trust'] = 'known';
  readonly fingerprint = `SHA256:${'k'.repeat(43)}`;
  readonly logins: RemoteLogin[] = [];

  async hostKey(host: string, port: number): Promise<HostKey> {
    this.#filesOf(host, port);
    const { fingerprint, trust } = this;
    return { fingerprint, type: 'ED25519', line: `${host} ssh-ed25519 AAAA`, trust };
  }

  async readFile(login: RemoteLogin, path: string): Promise<RemoteFile> {
    this.logins.push(login);
    const isIn = login.password === undefined ? this.acceptsKey : login.password === this.password;
    if (!isIn) return { kind: 'denied' };
    const text = this.#filesOf(login.host, login.port)[path];
    return text === undefined
      ? { kind: 'unreadable', why: 'No such file or directory' }
      : { kind: 'text', text };
  }

  #filesOf(host: string, port: number): Record<string, string> {
    const files = port === 22 ? this.files.get(host) : undefined;
    if (files !== undefined) return files;
    throw new HeError('HE_FIRST_HOST_UNREACHABLE', `host ${host} cannot be reached by SSH`);
  }
}
