import type { TestEvent } from './event.js';

/** One test with a word to say about it: a failure, or a skip. */
export interface Finding {
  /** Names of the suites around it and its own. */
  readonly name: string;
  readonly text: string;
}

export interface TimedTest {
  readonly name: string;
  readonly outcome: 'pass' | 'fail' | 'skip';
  readonly durationMs: number;
}

export interface FileResult {
  /** Path of the test's source from the root. */
  readonly path: string;
  readonly durationMs: number;
  readonly passed: number;
  readonly failures: readonly Finding[];
  readonly skips: readonly Finding[];
  readonly tests: readonly TimedTest[];
  /** What the process printed, for the reader of a failure. */
  readonly output: string;
}

/** How a test process ended. */
export interface FileEnd {
  readonly path: string;
  readonly durationMs: number;
  readonly events: readonly TestEvent[];
  readonly output: string;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly timedOutAfterS: number | undefined;
}

/**
 * Judges one file. A file fails as a whole when its process did not end well with no failed test to
 * show for it, and when it ran no test: silence is no success.
 */
export function tallyFile(end: FileEnd): FileResult {
  const { tests, failures, skips } = readEvents(end.events);
  const passed = tests.filter(({ outcome }) => outcome === 'pass').length;
  const fault = fileFault(end, tests.length, failures.length);
  return {
    path: end.path,
    durationMs: end.durationMs,
    passed,
    failures: fault === undefined ? failures : [...failures, { name: '(the file)', text: fault }],
    skips,
    tests,
    output: end.output,
  };
}

function fileFault(end: FileEnd, tests: number, failures: number): string | undefined {
  if (end.timedOutAfterS !== undefined) {
    const running = unfinished(end.events);
    const during = running === '' ? '' : ` during '${running}'`;
    return `did not end within ${end.timedOutAfterS} s and was killed${during}`;
  }
  if (end.signal !== undefined) return `was ended by ${end.signal}`;
  if (end.exitCode !== 0 && failures === 0) {
    return tests === 0
      ? `ended with code ${end.exitCode} before its first test`
      : `ended with code ${end.exitCode}, though no test failed`;
  }
  return tests === 0 ? 'ran no test' : undefined;
}

function readEvents(events: readonly TestEvent[]): {
  tests: readonly TimedTest[];
  failures: readonly Finding[];
  skips: readonly Finding[];
} {
  const tests: TimedTest[] = [];
  const failures: Finding[] = [];
  const skips: Finding[] = [];
  const trail: string[] = [];
  for (const event of events) {
    if (event.kind === 'begin') continue;
    trail.length = event.nesting;
    trail[event.nesting] = event.name;
    if (event.kind === 'start') continue;
    const name = trail.join(' > ');
    const { outcome, durationMs, text } = event;
    // A suite is counted by its tests, unless it failed by itself (in a hook) or was skipped whole.
    if (outcome === 'fail' && !event.isConsequence) failures.push({ name, text });
    if (outcome === 'skip') skips.push({ name, text: text === '' ? 'no reason given' : text });
    if (!event.isSuite || outcome === 'skip') tests.push({ name, outcome, durationMs });
  }
  return { tests, failures, skips };
}

/** The test that began last of those that have not ended. */
function unfinished(events: readonly TestEvent[]): string {
  const running: TestEvent[] = [];
  for (const event of events) {
    if (event.kind === 'begin') running.push(event);
    if (event.kind !== 'end') continue;
    const at = running.findLastIndex(
      ({ name, nesting }) => name === event.name && nesting === event.nesting,
    );
    if (at >= 0) running.splice(at, 1);
  }
  return running.at(-1)?.name ?? '';
}
