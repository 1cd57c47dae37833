/** Counts failed tries by who made them, so that guessing a code takes for ever. In memory: a restart forgives. */
import { LRUCache } from 'lru-cache';

const MOST = 10;
const WINDOW_MS = 10 * 60_000;

export interface Attempts {
  /** Whether this address has to wait before it may try again. */
  blocked(who: string): boolean;
  failed(who: string): void;
}

export function createAttempts(now: () => number): Attempts {
  const tries = new LRUCache<string, { count: number; since: number }>({ max: 10_000 });
  const of = (who: string): { count: number; since: number } => {
    const known = tries.get(who);
    return known && now() - known.since < WINDOW_MS ? known : { count: 0, since: now() };
  };
  return {
    blocked: (who) => of(who).count >= MOST,
    failed(who) {
      const known = of(who);
      tries.set(who, { ...known, count: known.count + 1 });
    },
  };
}
