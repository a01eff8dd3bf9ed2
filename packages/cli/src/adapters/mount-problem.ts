import type { StorageTarget } from '@hosted-engine/setup';

export interface MountProblem {
  /** The end of a sentence that begins with the connection. */
  readonly why: string;
  readonly remedy: string;
}

interface Rule {
  readonly pattern: RegExp;
  readonly why: string;
  readonly remedy: string;
}

const EXPORT_LINE = (path: string): string =>
  `export it to this host, for instance with '${path} *(rw,all_squash,anonuid=36,anongid=36)' in /etc/exports and \`exportfs -ra\` on the server`;

/** What the mount commands say, and what it means to whoever typed the path. The first that fits counts. */
const RULES: readonly Rule[] = [
  {
    pattern: /access denied by server/i,
    why: 'the server does not let this host mount it',
    remedy: '@EXPORT@',
  },
  {
    pattern: /failed to resolve|name or service not known|could not resolve/i,
    why: 'the name of the server cannot be resolved',
    remedy: 'check the name of the server, and DNS or /etc/hosts on this host',
  },
  {
    pattern: /connection refused|program not registered|unable to receive/i,
    why: 'no NFS service answers on the server',
    remedy: 'start the NFS service on the server, and let its firewall pass TCP port 2049',
  },
  {
    pattern: /no route to host|network is unreachable/i,
    why: 'there is no network path to the server',
    remedy: 'check the network between this host and the server',
  },
  {
    pattern: /timed out|did not finish|not responding/i,
    why: 'the server does not answer in time',
    remedy: 'check that the server is up, and that no firewall drops TCP port 2049',
  },
  {
    pattern: /protocol not supported|requested nfs version|version or transport/i,
    why: 'the server does not speak this version of NFS',
    remedy: 'give another one as OVEHOSTED_STORAGE/domainType: nfs3, nfs4, or nfs for any',
  },
  {
    pattern:
      /unknown filesystem type|no such device|executable file not found|need a \/sbin\/mount|: not found|not a block device/i,
    why: 'this host cannot mount file systems of type @TYPE@',
    remedy:
      'install the package that mounts them (nfs-common, nfs-utils, glusterfs-fuse or the like)',
  },
  {
    pattern: /unknown option|bad option|incorrect mount option|invalid argument|wrong fs type/i,
    why: 'the mount options are not accepted (@OPTIONS@)',
    remedy: 'correct OVEHOSTED_STORAGE/mntOptions, or leave it out',
  },
  {
    pattern: /no such file or directory|does not exist|not a directory/i,
    why: 'there is no such directory',
    remedy: 'check the path for typing errors; @EXPORT@',
  },
];

export function mountProblem(said: string, target: StorageTarget): MountProblem {
  const rule = RULES.find(({ pattern }) => pattern.test(said));
  const path = target.connection.replace(/^[^/]*:/, '');
  const fill = (text: string): string =>
    text
      .replace('@EXPORT@', EXPORT_LINE(path))
      .replace('@TYPE@', target.vfsType ?? 'nfs')
      .replace('@OPTIONS@', target.mountOptions ?? 'none were given');
  if (rule === undefined) {
    return { why: said, remedy: 'check the server, the path and the mount options' };
  }
  return { why: `${fill(rule.why)} (${said})`, remedy: fill(rule.remedy) };
}
