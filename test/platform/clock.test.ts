import { afterEach, expect, it, vi } from 'vitest';
import { steadyClock, systemClock } from '../../src/platform/clock.js';

afterEach(() => {
  vi.restoreAllMocks();
});

it('goes on evenly though the machine’s clock is put back an hour', () => {
  const [wall, before] = [Date.now(), steadyClock.now()];
  expect(Math.abs(before - wall)).toBeLessThan(60_000);
  vi.spyOn(Date, 'now').mockReturnValue(wall - 3_600_000);
  expect(systemClock.now()).toBeLessThan(wall);
  expect(steadyClock.now()).toBeGreaterThanOrEqual(before);
});
