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

/** One test of the management network: ping, DNS, TCP, or none. */
export interface NetworkProbe {
  /** True when the target answered in time. Rejects only when the test itself could not be made. */
  test(): Promise<boolean>;
}
