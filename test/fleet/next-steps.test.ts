import { expect, it } from 'vitest';
import { misfitOf, nextSteps } from '../../src/fleet/next-steps.js';
import { shipped } from '../../src/platform/paths.js';
import { openSuite } from '../../src/woodpecker/drivers/suite-folder.js';
import { createRandom } from '../../src/woodpecker/walk/random.js';

const { suite } = openSuite(shipped('suites', 'cloud'));

it('offers only steps that are legal, at every point of a pattern that follows its offers', () => {
  const random = createRandom('next-steps');
  const lines: string[] = [];
  for (let n = 0; n < 25; n++) {
    const offered = nextSteps(suite, lines);
    expect(offered.length).toBeGreaterThan(0);
    lines.push(offered[random.below(offered.length)] ?? '');
    expect(misfitOf(suite, lines)).toBeUndefined();
  }
});

it('starts with what needs nothing', () => {
  const first = nextSteps(suite, []);
  expect(first).toContain('create_volume name="a" -> volume#1');
  expect(first.some((line) => line.startsWith('stop_vm'))).toBe(false);
});

it('says which step does not fit, and why', () => {
  expect(misfitOf(suite, ['create_volume name="a" -> volume#1', 'fly volume#1'])).toMatchObject({ step: 2 });
  expect(misfitOf(suite, ['create_volume name= -> volume#1'])).toMatchObject({ step: 1 });
  expect(nextSteps(suite, ['fly'])).toEqual([]);
});
