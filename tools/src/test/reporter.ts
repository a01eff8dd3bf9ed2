// Runs inside each test process (`node --test-reporter=…`), and turns its events into lines of JSON.

import { inspect } from 'node:util';
import type { TestEvent } from './event.js';

/** The fields of node's events that are used here. */
interface NodeEvent {
  readonly type: string;
  readonly data: {
    readonly name: string;
    readonly nesting: number;
    readonly skip?: string | boolean;
    readonly todo?: string | boolean;
    readonly details?: {
      readonly type?: string;
      readonly duration_ms?: number;
      readonly error?: Error & { readonly failureType?: string };
    };
  };
}

export default async function* report(
  source: AsyncIterable<NodeEvent>,
): AsyncGenerator<string, void> {
  for await (const event of source) {
    const line = eventOf(event);
    if (line !== undefined) yield `${JSON.stringify(line)}\n`;
  }
}

function eventOf({ type, data }: NodeEvent): TestEvent | undefined {
  const { name, nesting } = data;
  if (type === 'test:dequeue') return { kind: 'begin', nesting, name };
  if (type === 'test:start') return { kind: 'start', nesting, name };
  if (type !== 'test:pass' && type !== 'test:fail') return undefined;
  const error = data.details?.error;
  const skipped = data.skip ?? data.todo;
  const isSkip = skipped !== undefined && skipped !== false;
  const reason = typeof skipped === 'string' ? skipped : '';
  return {
    kind: 'end',
    nesting,
    name,
    isSuite: data.details?.type === 'suite',
    outcome: isSkip ? 'skip' : type === 'test:pass' ? 'pass' : 'fail',
    durationMs: data.details?.duration_ms ?? 0,
    text: isSkip ? reason : error === undefined ? '' : inspect(error.cause ?? error),
    isConsequence: error?.failureType === 'subtestsFailed',
  };
}
