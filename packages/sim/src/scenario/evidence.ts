import type { Counted } from './expectation.js';

/** What an expectation is held against: the world as seen from outside, and what happened in it so far. */
export interface Evidence {
  readonly nowS: number;
  /** When the first fault was made; the end of time while none was. */
  readonly firstFaultS: number;
  readonly hosts: ReadonlyMap<number, HostEvidence>;
  readonly isHealthy: boolean;
  readonly isPaused: boolean;
  readonly happenings: readonly Happening[];
  readonly log: readonly LoggedLine[];
  /** Times in which no healthy engine answered. The last one may still last. */
  readonly outages: readonly Outage[];
}

export interface HostEvidence {
  readonly isOn: boolean;
  /** The guest runs here, or it is paused here. */
  readonly runsEngine: boolean;
  /** Undefined while no HA daemon runs here. */
  readonly state: string | undefined;
  /** As its slot on the storage says. */
  readonly score: number | undefined;
  /** Slots that its daemon read from the storage so far. */
  readonly slotsRead: number;
  /** The text of its slot. */
  readonly slot: string;
}

/** Something that was done to the engine VM, by whomever. */
export interface Happening {
  readonly atS: number;
  readonly host: number;
  readonly what: Counted;
}

export interface LoggedLine {
  readonly atS: number;
  /** `host2`, or who else speaks. */
  readonly host: string;
  readonly text: string;
}

export interface Outage {
  readonly fromS: number;
  readonly untilS: number;
}
