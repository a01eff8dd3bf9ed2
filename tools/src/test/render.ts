import type { FileResult, TimedTest } from './tally.js';

/** `ok    packages/core/test/a.test.ts: 12 passed, 1 skipped (0.4 s)`. */
export function fileLine(result: FileResult): string {
  const { path, passed, failures, skips } = result;
  const counts = [`${passed} passed`];
  if (failures.length > 0) counts.push(`${failures.length} failed`);
  if (skips.length > 0) counts.push(`${skips.length} skipped`);
  const verdict = failures.length > 0 ? 'FAIL' : 'ok  ';
  return `${verdict}  ${path}: ${counts.join(', ')} (${seconds(result.durationMs)})`;
}

/** One indented line for each test: for files that take minutes. */
export function testLine({ name, outcome, durationMs }: TimedTest): string {
  return `      ${outcome}  ${name} (${seconds(durationMs)})`;
}

/** Every failure of a file in full, and what its process printed. */
export function failureText({ path, failures, output }: FileResult): string {
  const parts = failures.map(({ name, text }) => `FAILED ${path}\n  ${name}\n${indent(text)}`);
  if (failures.length > 0 && output !== '') {
    parts.push(`output of ${path}:\n${indent(output)}`);
  }
  return parts.map((part) => `\n${part}\n`).join('');
}

export function skipLines(results: readonly FileResult[]): readonly string[] {
  return results.flatMap(({ path, skips }) =>
    skips.map(({ name, text }) => `skipped  ${path}: ${name}: ${text}`),
  );
}

/** Exactly `N passed, N failed, N skipped`. */
export function summaryLine(results: readonly FileResult[]): string {
  const sum = (count: (result: FileResult) => number): number =>
    results.reduce((total, result) => total + count(result), 0);
  const passed = sum((result) => result.passed);
  const failed = sum((result) => result.failures.length);
  const skipped = sum((result) => result.skips.length);
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Good only when something ran and nothing failed. */
export function isGood(results: readonly FileResult[]): boolean {
  const ran = results.some(({ passed, skips }) => passed + skips.length > 0);
  return ran && results.every(({ failures }) => failures.length === 0);
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '    ');
}
