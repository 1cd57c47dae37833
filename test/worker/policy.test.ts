import { describe, expect, it } from 'vitest';
import { backoff } from '../../src/worker/backoff.js';
import { mayWork, minutesUntil, policySchema } from '../../src/worker/policy.js';

const at = (time: string): number => Date.parse(`2026-11-23T${time}:00Z`);

describe('hours', () => {
  it.each([
    ['22:00-08:00', '21:59', false],
    ['22:00-08:00', '22:00', true],
    ['22:00-08:00', '03:00', true],
    ['22:00-08:00', '07:59', true],
    ['22:00-08:00', '08:00', false],
    ['09:00-17:30', '17:29', true],
    ['09:00-17:30', '17:30', false],
  ])('%s lets it work at %s: %s', (span, time, may) => {
    expect(mayWork({ hours: [span], zone: 'UTC' }, at(time))).toBe(may);
  });

  it('are in the zone of the lender', () => {
    const night = { hours: ['22:00-08:00'], zone: 'Asia/Shanghai' };
    expect(mayWork(night, at('13:59'))).toBe(false);
    expect(mayWork(night, at('14:00'))).toBe(true);
    expect(minutesUntil(night, at('13:30'), true)).toBe(30);
    expect(minutesUntil(night, at('23:00'), false)).toBe(60);
  });

  it.each([
    // Clocks go from 02:00 to 03:00 at 01:00 UTC.
    ['2026-03-29T00:59:00Z', true],
    ['2026-03-29T01:00:00Z', false],
    // And back from 03:00 to 02:00 at 01:00 UTC: it is half past two twice.
    ['2026-10-25T00:30:00Z', true],
    ['2026-10-25T01:30:00Z', true],
    ['2026-10-25T02:00:00Z', false],
  ])('go by the clock on the wall when it is changed: %s', (time, may) => {
    expect(mayWork({ hours: ['23:00-03:00'], zone: 'Europe/Berlin' }, Date.parse(time))).toBe(may);
  });

  it('are counted as they pass, in the night in which one is missing', () => {
    const night = { hours: ['23:00-06:00'], zone: 'Europe/Berlin' };
    expect(minutesUntil(night, Date.parse('2026-03-28T22:00:00Z'), false)).toBe(6 * 60);
    expect(minutesUntil(night, Date.parse('2026-10-24T21:00:00Z'), false)).toBe(8 * 60);
  });

  it('may end with the day, and may be several', () => {
    const spans = { hours: ['12:00-13:00', '22:00-24:00'], zone: 'UTC' };
    expect(['11:59', '12:59', '13:00', '23:59', '00:00'].map((time) => mayWork(spans, at(time)))).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
    expect(policySchema.safeParse({ hours: ['22:00-24:00'] }).success).toBe(true);
  });

  it('mean always where there are none', () => {
    expect(minutesUntil({ hours: [], zone: 'UTC' }, at('00:00'), true)).toBe(0);
    expect(minutesUntil({ hours: [], zone: 'UTC' }, at('00:00'), false)).toBe(1440);
  });
});

describe('the policy file', () => {
  it.each([
    [{ hours: ['25:00-26:00'] }, 'hours'],
    [{ zone: 'Mars/Olympus' }, 'zone'],
    [{ cores: 0 }, 'cores'],
    [{ suites: [{ name: 'x', digest: 'md5:1' }] }, 'suites'],
    [{ tier: 'none' }, 'tier'],
    [{ coers: 2 }, 'coers'],
  ])('refuses %j', (policy, what) => {
    const parsed = policySchema.safeParse(policy);
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toContain(what);
  });
});

it('waits longer after each failure, and never more than a quarter of an hour', () => {
  expect(backoff(1, 0.999)).toBeLessThanOrEqual(5_000);
  expect(backoff(4, 0.999)).toBeGreaterThan(30_000);
  expect(backoff(50, 0.999)).toBeLessThanOrEqual(15 * 60_000);
  expect(backoff(50, 0)).toBe(1_000);
});
