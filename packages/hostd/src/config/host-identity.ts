import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HeError, isErrno } from '@hosted-engine/ports';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The host's uuid from `/etc/vdsm/vdsm.id`; made and stored there at the first start. */
export async function hostIdentity(path: string): Promise<string> {
  const known = (await readFile(path, 'utf8').catch(absent))?.trim().toLowerCase();
  if (known !== undefined && known !== '') {
    if (UUID.test(known)) return known;
    throw new HeError('HE_CONFIG_INVALID', `${path} holds no uuid`, {
      remedy: `Remove ${path}: a new one is made at the next start.`,
    });
  }
  const made = randomUUID();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${made}\n`);
  return made;
}

function absent(error: unknown): undefined {
  if (isErrno(error, 'ENOENT')) return undefined;
  throw error;
}
