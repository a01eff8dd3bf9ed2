/** Asks the engine's health page. */
export interface EngineProbe {
  /**
   * `bad` when the engine answered otherwise, refused, or did not answer in time: the liveliness check of
   * the original. `unknown` when this host could not even ask (no resolver, no route).
   */
  check(): Promise<EngineVerdict>;
}

export interface EngineVerdict {
  readonly health: 'good' | 'bad' | 'unknown';
  readonly why: string;
}

/** The management network, as seen from this host: by ping, DNS, TCP, or not tested at all. */
export interface NetworkProbe {
  /**
   * The share of tries that were answered in time, 0..1 (ha-daemon.md 3: five tries, half a second apart).
   * Settles within 15 s. Rejects only when the test itself could not be made.
   */
  share(): Promise<number>;
}
