import { IniDocument } from '@hosted-engine/formats';
import { type Clock, HeError } from '@hosted-engine/ports';
import { type HostdConnector, type HostFiles, PATHS } from '@hosted-engine/setup';
import { ReconnectingVdsmClient } from '@hosted-engine/vdsm';

const DEFAULT_PORT = 54321;
const FALSE_WORDS = ['false', 'no', 'off', '0'];

/**
 * Speaks with this host's own certificate, as its vdsm.conf says (`[vars] ssl`, `management_port`). The
 * connection is made when a call needs it, and again after the daemon was restarted.
 */
export function createHostdConnector(files: Pick<HostFiles, 'read'>, clock: Clock): HostdConnector {
  return {
    connect: async () => {
      const conf = IniDocument.parse((await text(files, PATHS.vdsmConf)) ?? '', PATHS.vdsmConf);
      const port = Number(conf.get('addresses', 'management_port') ?? DEFAULT_PORT);
      const ssl = (conf.get('vars', 'ssl') ?? 'true').toLowerCase();
      const tls = FALSE_WORDS.includes(ssl)
        ? undefined
        : {
            ca: await required(files, PATHS.caCert),
            cert: await required(files, PATHS.hostCert),
            key: await required(files, PATHS.hostKey),
          };
      return new ReconnectingVdsmClient({ host: 'localhost', port, tls }, clock);
    },
  };
}

async function text(files: Pick<HostFiles, 'read'>, path: string): Promise<string | undefined> {
  const bytes = await files.read(path);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

async function required(files: Pick<HostFiles, 'read'>, path: string): Promise<string> {
  const content = await text(files, path);
  if (content !== undefined) return content;
  throw new HeError('HE_HOSTD_UNREACHABLE', `${path} is missing: the host daemon cannot be asked`, {
    remedy: 'deploy this host first, or put its certificates in place',
  });
}
