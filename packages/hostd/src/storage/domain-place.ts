import type { LockspaceArea } from '@hosted-engine/ports';
import { usesSanlock } from './domain.js';
import type { DomainCatalogue } from './domain-catalogue.js';
import { type DomainPaths, domainPaths, lockspaceOf } from './layout.js';

/**
 * Where a monitored domain lies. A known place is used without a look at it: the look could hang,
 * and the operation that follows tells as much.
 */
export class DomainPlace {
  readonly #catalogue: DomainCatalogue;
  readonly #sdUUID: string;
  /** Known once the metadata was read; the type of a domain never changes. */
  #hasLockspace: boolean | undefined;

  constructor(catalogue: DomainCatalogue, sdUUID: string) {
    this.#catalogue = catalogue;
    this.#sdUUID = sdUUID;
  }

  async metadataPath(again: boolean): Promise<string> {
    return (await this.#paths(again)).metadata;
  }

  /** Undefined for a domain without one. */
  async lockspace(): Promise<LockspaceArea | undefined> {
    if (this.#hasLockspace === undefined) {
      const domain = await this.#catalogue.find(this.#sdUUID);
      this.#hasLockspace = usesSanlock(await domain.metadata());
    }
    if (!this.#hasLockspace) return undefined;
    return lockspaceOf(await this.#paths(false), this.#sdUUID);
  }

  async #paths(again: boolean): Promise<DomainPaths> {
    const place = this.#catalogue.lastPlaceOf(this.#sdUUID);
    if (place !== undefined && !again) return domainPaths(place, this.#sdUUID);
    return (await this.#catalogue.find(this.#sdUUID)).paths;
  }
}
