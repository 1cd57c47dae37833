import { LRUCache } from 'lru-cache';
import type { Clock } from '../platform/clock.js';

/** How often one person may act: `burst` at once, and one more every `everyMs`. */
export interface Pace {
  readonly burst: number;
  readonly everyMs: number;
}

export const PERSONAL_PACE: Pace = { burst: 20, everyMs: 500 };
/** Autocomplete asks at every key. */
export const TYPING_PACE: Pace = { burst: 60, everyMs: 100 };

/** People remembered at once. Whoever falls out has been quiet for longer than the others. */
const MOST = 20_000;

export type RateLimit = (userId: string) => number;

/** Token buckets by user. Answers how many milliseconds this one must wait; 0 lets them through and counts. */
export function createRateLimit({ burst, everyMs }: Pace, clock: Pick<Clock, 'now'>): RateLimit {
  // One number a person: the time at which their bucket is full again.
  const fullAt = new LRUCache<string, number>({ max: MOST });
  return (userId) => {
    const now = clock.now();
    const next = Math.max(fullAt.get(userId) ?? now, now) + everyMs;
    const wait = next - now - burst * everyMs;
    if (wait > 0) return wait;
    fullAt.set(userId, next);
    return 0;
  };
}
