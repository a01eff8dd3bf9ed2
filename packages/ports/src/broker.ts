export interface BoardState {
  /** Raw slots by host id, 0 for the global one; as the daemon last read them. */
  readonly slots: ReadonlyMap<number, Uint8Array>;
  /** Host ids whose slot the daemon sees changing. */
  readonly alive: ReadonlySet<number>;
}

/**
 * The HA daemon on this host, by its socket. HE_HA_UNREACHABLE when it does not answer in time;
 * HE_FAILED when it answers with a fault, whose text is the message.
 */
export interface Broker {
  state(): Promise<BoardState>;
  /** Its last decision as a line of the journal; empty when it has or tells none. */
  decision(): Promise<string>;
  writeGlobalSlot(slot: Uint8Array): Promise<void>;
}
