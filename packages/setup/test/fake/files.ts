import { posix } from 'node:path';
import { HeError } from '@hosted-engine/ports';
import type { FileMode, HostFiles } from '../../src/ports.js';

interface Entry {
  readonly bytes: Uint8Array;
  readonly mode: number;
}

/** Volumes of the shared storage as paths of a host lead to them. */
export interface VolumePaths {
  find(path: string): { bytes: Uint8Array } | undefined;
  removeTree(path: string): void;
}

/** A host's file system in memory. */
export class FakeFiles implements HostFiles {
  readonly entries = new Map<string, Entry>();
  readonly links = new Map<string, string>();
  readonly #volumes: VolumePaths | undefined;

  constructor(volumes?: VolumePaths) {
    this.#volumes = volumes;
  }

  /** Everything there is, for comparing before with after. */
  snapshot(): Record<string, string> {
    const files = [...this.entries].map(([path, { bytes, mode }]): [string, string] => {
      return [path, `${mode.toString(8)} ${Buffer.from(bytes).toString('base64')}`];
    });
    return Object.fromEntries([...files, ...this.links].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  put(path: string, text: string, mode = 0o644): void {
    this.entries.set(path, { bytes: new TextEncoder().encode(text), mode });
  }

  text(path: string): string | undefined {
    const entry = this.entries.get(path);
    return entry === undefined ? undefined : new TextDecoder().decode(entry.bytes);
  }

  #resolve(path: string): string {
    const target = this.links.get(path);
    return target === undefined ? path : posix.resolve(posix.dirname(path), target);
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    return this.entries.get(this.#resolve(path))?.bytes.slice();
  }

  async modeOf(path: string): Promise<number | undefined> {
    return this.entries.get(this.#resolve(path))?.mode;
  }

  async write(path: string, bytes: Uint8Array, { mode }: FileMode): Promise<void> {
    this.entries.set(path, { bytes: bytes.slice(), mode });
  }

  async overwrite(path: string, bytes: Uint8Array, offset: number): Promise<void> {
    const entry = this.#volumes?.find(path) ?? this.entries.get(path);
    if (entry === undefined) throw new HeError('HE_STORAGE_UNREACHABLE', `cannot write ${path}`);
    if (offset + bytes.length > entry.bytes.length) {
      throw new HeError('HE_STORAGE_INVALID', `${path} is too small`);
    }
    entry.bytes.set(bytes, offset);
  }

  async link(path: string, target: string): Promise<void> {
    this.links.set(path, target);
  }

  async remove(path: string): Promise<void> {
    this.entries.delete(path);
    this.links.delete(path);
  }

  async removeTree(path: string): Promise<void> {
    for (const known of [...this.entries.keys(), ...this.links.keys()]) {
      if (known === path || known.startsWith(`${path}/`)) await this.remove(known);
    }
    this.#volumes?.removeTree(path);
  }
}
