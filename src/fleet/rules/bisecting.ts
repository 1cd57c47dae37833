/** Which ref brought a finding: refs in order, oldest first; several are tried at once. Nothing here knows a database. */
import type { Lenders } from './words.js';

/** What is known of one ref. */
export interface Tried extends Lenders {
  readonly runs: number;
  readonly hits: number;
  /** It cannot be tested: it does not build, or the test itself breaks on it. */
  readonly broken: boolean;
}

export interface Search {
  readonly state: 'running' | 'found' | 'inconclusive';
  /** Refs to try now. */
  readonly next: readonly string[];
  /** Refs that would be named on one lender's word, or against another's: another lender is to try them. */
  readonly again: readonly string[];
  /** The oldest ref that is known to fail. */
  readonly firstBad: string | undefined;
  /** The newest ref before it that passed; what lies between them could not be tested. */
  readonly lastGood: string | undefined;
  /** That the newest good ref is truly good; it may have passed by luck. */
  readonly confidence: number | undefined;
  /** What is named rests on one lender's word, or lenders disagree about it. */
  readonly doubt: 'none' | 'alone' | 'disputed';
}

export interface SearchTerms {
  /** Runs without a failure before a ref counts as good. */
  readonly wanted: number;
  /** How many refs may be tried at once. */
  readonly ways: number;
  /** Share of runs that fail on a bad ref. */
  readonly rate: number;
  /** Whether another lender can be asked about a ref. */
  readonly others: (ref: string) => boolean;
}

const UNTRIED: Tried = { runs: 0, hits: 0, broken: false, saw: 0, missed: 0 };
/** Most confidence in what lenders disagree about. */
const DISPUTED = 0.5;

/**
 * Both ends are tried, too: an end that is not what it was said to be leads nowhere. One lender's word leads the search; what is
 * named at its end has two behind it, where there are two. Whoever alone saw a failure is outweighed by two who did not.
 */
export function searchFirstBad(
  refs: readonly string[],
  tried: ReadonlyMap<string, Tried>,
  { wanted, ways, rate, others }: SearchTerms,
): Search {
  const of = (at: number): Tried => tried.get(refs[at] ?? '') ?? UNTRIED;
  const isBad = (at: number): boolean => of(at).saw > 1 || (of(at).saw === 1 && of(at).missed < 2);
  const isGood = (at: number): boolean => !isBad(at) && of(at).runs >= wanted;
  const isOpen = (at: number): boolean => !isBad(at) && !isGood(at) && !of(at).broken;
  const last = refs.length - 1;

  const firstBad = refs.findIndex((_, at) => isBad(at));
  const high = firstBad === -1 ? last : firstBad;
  let low = 0;
  for (let at = 0; at < high; at++) if (isGood(at)) low = at;

  /** Ends the search with what is named in it; before that, others are asked about it. */
  function end(state: Search['state'], named: readonly number[]): Search {
    const unsure = named.filter((at) => (isBad(at) ? of(at).saw : of(at).missed) < 2 && !of(at).broken);
    const again = unsure.flatMap((at) => refs[at] ?? []).filter(others);
    const isDisputed = unsure.some((at) => of(at).saw > 0 && of(at).missed > 0);
    const sure = isGood(low) ? 1 - (1 - Math.min(1, rate)) ** of(low).runs : undefined;
    return {
      state: again.length > 0 ? 'running' : state,
      next: [],
      again,
      firstBad: firstBad === -1 ? undefined : refs[firstBad],
      lastGood: isGood(low) ? refs[low] : undefined,
      confidence: sure !== undefined && isDisputed ? Math.min(DISPUTED, sure) : sure,
      doubt: unsure.length === 0 ? 'none' : isDisputed ? 'disputed' : 'alone',
    };
  }

  // The good end fails, or the bad end does not.
  if (firstBad === 0) return end('inconclusive', [0]);
  if (isGood(last)) return end('inconclusive', [last]);
  if (of(last).broken || of(0).broken) return end('inconclusive', []);

  const ends = [0, last].filter((at) => isOpen(at) && (at === last ? firstBad === -1 : low === 0));
  const between = refs.map((_, at) => at).filter((at) => at > low && at < high && isOpen(at));
  const picks = spread(between, Math.max(1, ways - ends.length));
  if (ends.length === 0 && between.length === 0) {
    const skipped = high - low > 1;
    return end(skipped ? 'inconclusive' : 'found', [low, high]);
  }
  return { ...end('running', []), next: [...ends, ...picks].flatMap((at) => refs[at] ?? []) };
}

/** Up to `most` of them that cut the list into parts of about equal length. */
function spread(all: readonly number[], most: number): number[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, n) => all[Math.floor(((n + 1) * all.length) / (most + 1))] ?? 0);
}
