// The manifest of an OVF package: `SHA256(disk.vmdk)= 0123…`, one line for each file.

import { FormatError, type FormatProblem } from './format-error.js';

export type ManifestAlgorithm = 'sha1' | 'sha256' | 'sha512';

export interface ManifestEntry {
  readonly file: string;
  readonly algorithm: ManifestAlgorithm;
  /** Lower-case hexadecimal digits. */
  readonly digest: string;
}

const DIGITS: Readonly<Record<ManifestAlgorithm, number>> = { sha1: 40, sha256: 64, sha512: 128 };

/** @throws FormatError with every line that is no digest of a known kind */
export function parseManifest(text: string, file = 'manifest'): ManifestEntry[] {
  const entries: ManifestEntry[] = [];
  const problems: FormatProblem[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const entry = readLine(line.trim());
    if (entry === undefined) problems.push({ line: index + 1, what: 'is no SHA digest of a file' });
    else entries.push(entry);
  }
  if (problems.length > 0) throw new FormatError(file, problems);
  return entries;
}

function readLine(line: string): ManifestEntry | undefined {
  const [, name = '', file = '', digits = ''] =
    /^SHA-?(1|256|512)\s*\(([^)]+)\)\s*=\s*([0-9A-Fa-f]+)$/i.exec(line) ?? [];
  const algorithm = (['sha1', 'sha256', 'sha512'] as const).find((one) => one === `sha${name}`);
  if (algorithm === undefined || digits.length !== DIGITS[algorithm]) return undefined;
  return { file: file.replace(/^(\.\/+)+/, ''), algorithm, digest: digits.toLowerCase() };
}
