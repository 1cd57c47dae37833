import { expect, it } from 'vitest';
import { createRateLimit } from '../../src/discord/rate-limit.js';

const pace = { burst: 3, everyMs: 500 };

it('lets one person act a few times at once, then at a steady pace, and never minds the others', () => {
  let now = 1_000_000;
  const waitOf = createRateLimit(pace, { now: () => now });
  expect([waitOf('ana'), waitOf('ana'), waitOf('ana')]).toEqual([0, 0, 0]);
  expect(waitOf('ana')).toBe(500);
  expect(waitOf('ben')).toBe(0);
  now += 499;
  expect(waitOf('ana')).toBe(1);
  now += 1;
  expect(waitOf('ana')).toBe(0);
  expect(waitOf('ana')).toBe(500);
});

it('does not make people who were refused wait longer for having tried', () => {
  let now = 0;
  const waitOf = createRateLimit(pace, { now: () => now });
  for (let i = 0; i < 100; i += 1) waitOf('ana');
  now += 1500;
  expect([waitOf('ana'), waitOf('ana'), waitOf('ana'), waitOf('ana')]).toEqual([0, 0, 0, 500]);
});
