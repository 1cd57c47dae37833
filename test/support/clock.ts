import type { Clock } from '../../src/platform/clock.js';

export interface FakeClock extends Clock {
  /** Moves time on, running the timers that come due on the way, in order. */
  advance(ms: number): void;
  /** The same, letting promises settle after each timer. */
  advanceAsync(ms: number): Promise<void>;
}

/** A clock that stands still until it is moved. Ids count up: `id-1`, `id-2`. */
export function fakeClock(start = Date.UTC(2026, 10, 23, 12)): FakeClock {
  let now = start;
  let ids = 0;
  let timers: { at: number; run: () => void }[] = [];
  const next = (until: number) =>
    timers
      .filter(({ at }) => at <= until)
      .reduce<(typeof timers)[number] | undefined>(
        (first, timer) => (first === undefined || timer.at < first.at ? timer : first),
        undefined,
      );
  const step = (until: number): boolean => {
    const timer = next(until);
    if (!timer) return false;
    timers = timers.filter((other) => other !== timer);
    now = Math.max(now, timer.at);
    timer.run();
    return true;
  };
  return {
    now: () => now,
    newId: () => `id-${++ids}`,
    random: () => 0.5,
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const until = now + ms;
      while (step(until));
      now = until;
    },
    async advanceAsync(ms) {
      const until = now + ms;
      const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
      await settle();
      while (step(until)) await settle();
      now = until;
    },
  };
}
