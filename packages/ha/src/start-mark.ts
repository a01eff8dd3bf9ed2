/**
 * Whether a start of the engine VM that this daemon asked for is under way. It outlives the daemon, as the start
 * does (I7), and not the host: the next run takes the start back when global maintenance began in between (I6),
 * and tells it from one by hand.
 */
export interface StartMark {
  /** What the run before left. Unreadable counts as not there. */
  wasKept(): boolean;
  /** Called on each turn, before a start is asked for. Never throws, and does not wait. */
  keep(isUnderWay: boolean): void;
}
