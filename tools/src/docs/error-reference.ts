import type { CatalogueEntry } from '@hosted-engine/ports';

/** docs/reference/errors.md, from the catalogue: ordered by exit code, then by name. */
export function errorReference(catalogue: Readonly<Record<string, CatalogueEntry>>): string {
  const rows = Object.entries(catalogue)
    .sort(([a, x], [b, y]) => x.exitCode - y.exitCode || (a < b ? -1 : 1))
    .map(([code, { exitCode, retriable, meaning }]) => {
      return `| \`${code}\` | ${exitCode} | ${retriable ? 'yes' : 'no'} | ${meaning} |\n`;
    });
  return `# Error codes

Every error has a code: it stands in the log as \`code\`, and commands end with its exit code.
*Retriable* means that the same command may succeed later with nothing changed by hand.
The message of an error names the thing that it is about, and says what to do where that is known.

| Code | Exit code | Retriable | Meaning |
| --- | --- | --- | --- |
${rows.join('')}
This page is made from the catalogue in \`packages/ports/src/he-error.ts\` by \`npm run docs\`.
`;
}
