/** The nearest of `known` to what was written, where it is near enough to be meant: for "did you mean …?". */
export function nearest(written: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(written.length / 3)) + 1;
  for (const candidate of known) {
    const distance = edits(written, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

export function didYouMean(written: string, known: readonly string[]): string | undefined {
  const near = nearest(written, known);
  if (near) return `did you mean "${near}"?`;
  return known.length > 0 ? `there is ${known.join(', ')}` : undefined;
}

/** Levenshtein's distance: insertions, deletions and replacements from one word to the other. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
