import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseVdsmConf, type VdsmConf } from '@hosted-engine/formats';
import { HeError, isErrno, messageOf } from '@hosted-engine/ports';
import type { TlsFiles } from '@hosted-engine/vdsm';

/** Reads vdsm.conf; without the file every key has its default. */
export async function readVdsmConf(path: string): Promise<VdsmConf> {
  let text = '';
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
  return parseVdsmConf(text, path);
}

/** The host's certificate, its key and the CA, from VDSM's places under `dir`. */
export async function readTlsFiles(dir: string): Promise<TlsFiles> {
  const read = async (file: string): Promise<string> => {
    const path = join(dir, file);
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      throw new HeError('HE_CONFIG_INVALID', `${path} cannot be read: ${messageOf(error)}`, {
        remedy: 'Deploy the host, or set ssl = false in [vars] of /etc/vdsm/vdsm.conf.',
      });
    }
  };
  const [ca, cert, key] = await Promise.all([
    read('certs/cacert.pem'),
    read('certs/vdsmcert.pem'),
    read('keys/vdsmkey.pem'),
  ]);
  return { ca, cert, key };
}
