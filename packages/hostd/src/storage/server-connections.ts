/** Connections to storage servers: mounts below the mount base, one status code each (vdsm.md B2). */
import fs from 'node:fs/promises';
import path from 'node:path';
import {
  HeError,
  isErrno,
  type Log,
  type MountSpec,
  type Mounts,
  messageOf,
  type ProcessRunner,
} from '@hosted-engine/ports';
import { STORAGE_TYPE, type StorageConnection, VDSM_CODE, VdsmError } from '@hosted-engine/vdsm';
import { KeyedQueue } from './keyed-queue.js';
import { mountSpecOf } from './mount-spec.js';
import { localNameOf } from './remote-path.js';
import { requireText, storageError, toVdsmError } from './storage-error.js';
import type { Owner } from './storage-fs.js';

const ACCESS_DEADLINE_MS = 15_000;

export interface ServerConnectionsDeps {
  readonly mounts: Mounts;
  readonly processes: ProcessRunner;
  readonly log: Log;
  readonly owner: Owner;
  readonly dataCenterDir: string;
}

export class ServerConnections {
  readonly #deps: ServerConnectionsDeps;
  /** Two callers that find nothing mounted would mount it twice. */
  readonly #changes = new KeyedQueue();

  constructor(deps: ServerConnectionsDeps) {
    this.#deps = deps;
  }

  /**
   * 0, or the code of why this one could not be connected. Already connected = 0; a mount that has
   * lost its FUSE helper, which never comes back by itself, is made anew.
   */
  connect(storageType: number, connection: StorageConnection): Promise<number> {
    return this.#statusOf(connection, VDSM_CODE.connectServerFailed, async () => {
      if (storageType === STORAGE_TYPE.LOCALFS) await this.#linkLocal(connection);
      else await this.#mount(mountSpecOf(this.#deps.dataCenterDir, storageType, connection));
    });
  }

  /** 0, also for what was not connected. A mount in use stays (452). */
  disconnect(storageType: number, connection: StorageConnection): Promise<number> {
    return this.#statusOf(connection, VDSM_CODE.disconnectServerFailed, async () => {
      if (storageType === STORAGE_TYPE.LOCALFS) {
        await fs.rm(this.#localLink(connection), { force: true });
        return;
      }
      const spec = mountSpecOf(this.#deps.dataCenterDir, storageType, connection);
      await this.#unmount(spec.target);
    });
  }

  async #statusOf(
    connection: StorageConnection,
    fallback: number,
    work: () => Promise<void>,
  ): Promise<number> {
    try {
      await this.#changes.run(connection.connection ?? '', work);
      return 0;
    } catch (error) {
      const code = error instanceof HeError ? fallback : toVdsmError(error).code;
      this.#deps.log.warn(`storage server: ${messageOf(error)}`, { code });
      return code;
    }
  }

  async #mount(spec: MountSpec): Promise<void> {
    const { mounts } = this.#deps;
    const isMounted = (await mounts.list()).some((entry) => entry.target === spec.target);
    if (!isMounted) {
      await this.#mountNew(spec);
    } else {
      const health = await mounts.probe(spec.target);
      // Asking as vdsm:kvm would only hang as well.
      if (health === 'unknown') throw noAnswer(spec.target);
      if (health === 'dead') {
        await mounts.unmount(spec.target, { lazy: true });
        await this.#mountNew(spec);
      }
    }
    await this.#checkAccess(spec.target, !isMounted);
  }

  async #mountNew(spec: MountSpec): Promise<void> {
    await fs.mkdir(spec.target, { recursive: true });
    try {
      await this.#deps.mounts.mount(spec);
    } catch (error) {
      await removeMountPoint(spec.target);
      throw storageError(VDSM_CODE.mountFailed, messageOf(error), error);
    }
  }

  async #unmount(target: string): Promise<void> {
    await this.#deps.mounts.unmount(target);
    await removeMountPoint(target);
  }

  async #linkLocal(connection: StorageConnection): Promise<void> {
    const directory = requireText('connection', connection.connection);
    const link = this.#localLink(connection);
    const isDirectory = await fs.stat(directory).then(
      (stat) => stat.isDirectory(),
      () => false,
    );
    if (!path.isAbsolute(directory) || !isDirectory) {
      throw storageError(VDSM_CODE.badRemotePath, `${directory} is not a directory`);
    }
    await this.#checkAccess(directory, false);
    await fs.mkdir(path.dirname(link), { recursive: true });
    await fs.rm(link, { force: true });
    await fs.symlink(directory, link);
  }

  #localLink(connection: StorageConnection): string {
    const directory = requireText('connection', connection.connection);
    return path.join(this.#deps.dataCenterDir, 'mnt', localNameOf(directory));
  }

  /**
   * Whether vdsm:kvm may read, write and enter: asked as that user, since root may do everything
   * (and on NFS with squashed root, nothing). A refusal undoes the mount that we made.
   */
  async #checkAccess(directory: string, unmountOnFailure: boolean): Promise<void> {
    const { processes, owner } = this.#deps;
    const asOwner = ['--reuid', String(owner.uid), '--regid', String(owner.gid), '--clear-groups'];
    const test = ['test', '-r', directory, '-a', '-w', directory, '-a', '-x', directory];
    const result = await processes.run('setpriv', [...asOwner, ...test], {
      timeoutMs: ACCESS_DEADLINE_MS,
    });
    if (result.code === 0) return;
    if (unmountOnFailure) await this.#unmount(directory);
    throw new VdsmError(
      VDSM_CODE.pathPermission,
      `Permission settings on ${directory} do not allow access to ${owner.uid}:${owner.gid}`,
    );
  }
}

function noAnswer(target: string): HeError {
  return new HeError('HE_STORAGE_TIMEOUT', `${target} is mounted and does not answer`, {
    remedy: 'check the storage server and the network to it',
  });
}

/** Only ever an empty directory: what somebody has put there stays. */
async function removeMountPoint(directory: string): Promise<void> {
  try {
    await fs.rmdir(directory);
  } catch (error) {
    if (!isErrno(error, 'ENOENT') && !isErrno(error, 'ENOTEMPTY')) throw error;
  }
}
