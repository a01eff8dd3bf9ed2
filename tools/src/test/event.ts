/** What the reporter in a test process writes, one JSON object per line. */
export type TestEvent =
  /** At once when a test begins; `start` comes in order, when its results can be told. */
  | { readonly kind: 'begin'; readonly nesting: number; readonly name: string }
  | { readonly kind: 'start'; readonly nesting: number; readonly name: string }
  | {
      readonly kind: 'end';
      readonly nesting: number;
      readonly name: string;
      readonly isSuite: boolean;
      readonly outcome: 'pass' | 'fail' | 'skip';
      readonly durationMs: number;
      /** The reason of a skip, or the whole error of a failure. */
      readonly text: string;
      /** Fails only because something inside it failed, which is reported itself. */
      readonly isConsequence: boolean;
    };
