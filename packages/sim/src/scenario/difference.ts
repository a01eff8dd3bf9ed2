/** The first place where two logs differ, with the lines around it; undefined when they are equal. */
export function difference(expected: string, actual: string): string | undefined {
  if (expected === actual) return undefined;
  const want = expected.split('\n');
  const got = actual.split('\n');
  let first = 0;
  while (first < want.length && want[first] === got[first]) first += 1;
  const before = want.slice(Math.max(0, first - 3), first).map((line) => `  ${line}`);
  const missing = want.slice(first, first + 4).map((line) => `- ${line}`);
  const added = got.slice(first, first + 4).map((line) => `+ ${line}`);
  return [`line ${first + 1} differs:`, ...before, ...missing, ...added].join('\n');
}
