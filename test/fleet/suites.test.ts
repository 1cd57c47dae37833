import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MOST_WAITING_PATTERNS, MOST_WAITING_SUITES } from '../../src/fleet/suite.js';
import { openFleet, type TestFleet } from '../support/fleet.js';
import '../support/to-refuse.js';

let test: TestFleet;
beforeEach(() => {
  test = openFleet();
});
afterEach(() => {
  test.close();
});

const digest = (n: number): string => `sha256:${n.toString(16).padStart(64, '0')}`;
const add = (n: number, author = 'ann') =>
  test.fleet.suites.add({ digest: digest(n), name: 'mine', files: Buffer.alloc(100), author });

describe('suites that wait for approval', () => {
  it('are a few at most for each member: anybody may add them, and they are kept', () => {
    for (let n = 0; n < MOST_WAITING_SUITES; n++) add(n);
    expect(() => add(100)).toRefuse('too_many_suites');
    expect(add(0).author).toBe('ann');
    expect(add(100, 'bob').author).toBe('bob');
    test.fleet.suites.approve(digest(0), 'mia');
    expect(add(101).approvedBy).toBeUndefined();
    expect(() => add(102)).toRefuse('too_many_suites');
  });

  it('are forgotten when they are taken back, and leave nothing on the disk', () => {
    for (let n = 0; n < MOST_WAITING_SUITES; n++) add(n);
    test.fleet.retire(digest(0), 'ann');
    expect(test.fleet.suites.find(digest(0))).toBeUndefined();
    expect(add(100).digest).toBe(digest(100));
  });

  it('are refused where exactly this version was retired', () => {
    add(1);
    test.fleet.suites.approve(digest(1), 'mia');
    test.fleet.retire(digest(1), 'mia');
    expect(() => add(1, 'bob')).toRefuse('suite_retired');
    expect(() => test.fleet.suites.approve(digest(1), 'mia')).toRefuse('suite_retired');
  });
});

describe('patterns that wait for approval', () => {
  it('are a few at most for each member', () => {
    const propose = (n: number) =>
      test.fleet.suites.propose({ suite: 'mine', name: `p${n}`, steps: ['create'], author: 'ann' });
    for (let n = 0; n < MOST_WAITING_PATTERNS; n++) propose(n);
    expect(() => propose(100)).toRefuse('too_many_patterns');
    test.fleet.suites.approvePattern('mine', 'p0', 'mia');
    propose(100);
    test.fleet.suites.approvePattern('mine', 'p0', 'bob');
    expect(test.fleet.suites.pattern('mine', 'p0')?.approvedBy).toBe('mia');
  });
});
