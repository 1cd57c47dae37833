/** Which ref brought a finding: refs in order, oldest first; several are tried at once. Nothing here knows a database. */

/** What is known of one ref. */
export interface Tried {
  readonly runs: number;
  readonly hits: number;
  /** It cannot be tested: it does not build, or the test itself breaks on it. */
  readonly broken: boolean;
}

export interface Search {
  readonly state: 'running' | 'found' | 'inconclusive';
  /** Refs to try now. */
  readonly next: readonly string[];
  /** The oldest ref that is known to fail. */
  readonly firstBad: string | undefined;
  /** The newest ref before it that passed; what lies between them could not be tested. */
  readonly lastGood: string | undefined;
  /** That the newest good ref is truly good; it may have passed by luck. */
  readonly confidence: number | undefined;
}

const UNTRIED: Tried = { runs: 0, hits: 0, broken: false };

/**
 * `wanted`: runs without a failure before a ref counts as good. `ways`: how many refs may be tried at once. `rate`: share
 * of runs that fail on a bad ref. Both ends are tried, too: an end that is not what it was said to be leads nowhere.
 */
export function searchFirstBad(
  refs: readonly string[],
  tried: ReadonlyMap<string, Tried>,
  { wanted, ways, rate }: { wanted: number; ways: number; rate: number },
): Search {
  const of = (at: number): Tried => tried.get(refs[at] ?? '') ?? UNTRIED;
  const isBad = (at: number): boolean => of(at).hits > 0;
  const isGood = (at: number): boolean => !isBad(at) && of(at).runs >= wanted;
  const isOpen = (at: number): boolean => !isBad(at) && !isGood(at) && !of(at).broken;
  const last = refs.length - 1;

  const firstBad = refs.findIndex((_, at) => isBad(at));
  const high = firstBad === -1 ? last : firstBad;
  let low = 0;
  for (let at = 0; at < high; at++) if (isGood(at)) low = at;

  const told = {
    firstBad: firstBad === -1 ? undefined : refs[firstBad],
    lastGood: isGood(low) ? refs[low] : undefined,
    confidence: isGood(low) ? 1 - (1 - Math.min(1, rate)) ** of(low).runs : undefined,
  };
  // The good end fails, or the bad end does not.
  if (firstBad === 0 || isGood(last) || of(last).broken || of(0).broken)
    return { ...told, state: 'inconclusive', next: [] };

  const ends = [0, last].filter((at) => isOpen(at) && (at === last ? firstBad === -1 : low === 0));
  const between = refs.map((_, at) => at).filter((at) => at > low && at < high && isOpen(at));
  const picks = spread(between, Math.max(1, ways - ends.length));
  if (ends.length === 0 && between.length === 0) {
    const skipped = high - low > 1;
    return { ...told, state: skipped ? 'inconclusive' : 'found', next: [] };
  }
  return { ...told, state: 'running', next: [...ends, ...picks].flatMap((at) => refs[at] ?? []) };
}

/** Up to `most` of them that cut the list into parts of about equal length. */
function spread(all: readonly number[], most: number): number[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, n) => all[Math.floor(((n + 1) * all.length) / (most + 1))] ?? 0);
}
