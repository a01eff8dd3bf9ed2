/** A window of `rows` items around the chosen one, of a list too long to show. */
export function visibleRange(
  count: number,
  chosen: number,
  rows: number,
): { readonly from: number; readonly to: number } {
  const size = Math.max(1, Math.min(rows, count));
  const from = Math.min(Math.max(0, chosen - Math.floor(size / 2)), count - size);
  return { from, to: from + size };
}

/** The next item up or down; the list ends at its ends, as a long one is lost in otherwise. */
export function moved(count: number, chosen: number, by: number): number {
  return Math.min(Math.max(0, chosen + by), Math.max(0, count - 1));
}

/** The item that begins with a letter, behind the chosen one and round. Undefined when none does. */
export function byLetter(
  items: readonly string[],
  chosen: number,
  letter: string,
): number | undefined {
  const wanted = letter.toLowerCase();
  if (wanted === '') return undefined;
  for (let step = 1; step <= items.length; step += 1) {
    const index = (chosen + step) % items.length;
    if (items[index]?.toLowerCase().startsWith(wanted) === true) return index;
  }
  return undefined;
}
