import type { Clock } from '../../src/platform/clock.js';

/** A clock that runs `speed` times as fast since `began`: three minutes of a lease pass while a test waits for seconds. */
export function fasterClock(clock: Clock, speed: number, began: number): Clock {
  return {
    ...clock,
    now: () => Math.round(began + (clock.now() - began) * speed),
    after: (ms, run) => clock.after(ms / speed, run),
  };
}
