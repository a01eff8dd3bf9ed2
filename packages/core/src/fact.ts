/**
 * A measured fact with its age, or the admission that nothing is known.
 * Invariant I5: `unknown` is never read as down, dead, free or healthy.
 */
export type Fact<T> =
  | { readonly kind: 'known'; readonly value: T; readonly ageS: number }
  | { readonly kind: 'unknown'; readonly why: string };

export function known<T>(value: T, ageS = 0): Fact<T> {
  return { kind: 'known', value, ageS };
}

export function unknown(why: string): { readonly kind: 'unknown'; readonly why: string } {
  return { kind: 'unknown', why };
}

/** True only when the fact is known and equal: an unknown fact equals nothing. */
export function isKnown<T>(fact: Fact<T>, value: T): boolean {
  return fact.kind === 'known' && fact.value === value;
}
