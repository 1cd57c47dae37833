import type { Clock } from '../../src/platform/clock.js';

/** A clock that can be put forward, or back, while others go on by their own. */
export interface ShiftedClock extends Clock {
  shift(ms: number): void;
}

export function shiftedClock(clock: Clock): ShiftedClock {
  let ahead = 0;
  return {
    ...clock,
    now: () => clock.now() + ahead,
    shift(ms) {
      ahead += ms;
    },
  };
}
