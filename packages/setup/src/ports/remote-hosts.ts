/** Other hosts, over SSH as root. Every call ends by itself within half a minute. */
export interface RemoteHosts {
  /**
   * The key that the SSH daemon of a host shows, and whether this host knew it already.
   * HE_FIRST_HOST_UNREACHABLE when there is no daemon that answers.
   */
  hostKey(host: string, port: number): Promise<HostKey>;
  /**
   * Reads a file as root, from a host that has exactly this key. By password, or else by the keys that
   * root has here. HE_FIRST_HOST_UNREACHABLE when the connection fails.
   */
  readFile(login: RemoteLogin, path: string): Promise<RemoteFile>;
}

export interface HostKey {
  /** "SHA256:…", as ssh shows it. */
  readonly fingerprint: string;
  /** "ED25519" */
  readonly type: string;
  /** The line of a known_hosts file. */
  readonly line: string;
  /** `changed`: known by another key of this type. */
  readonly trust: 'known' | 'unknown' | 'changed';
}

export interface RemoteLogin {
  readonly host: string;
  readonly port: number;
  readonly key: HostKey;
  readonly password: string | undefined;
}

export type RemoteFile =
  | { readonly kind: 'text'; readonly text: string }
  /** Neither password nor key was accepted. */
  | { readonly kind: 'denied' }
  | { readonly kind: 'unreadable'; readonly why: string };
