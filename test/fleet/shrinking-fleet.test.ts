/** Shrinking by many lenders, one of whom says that everything fails. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Machine } from '../../src/fleet/machine.js';
import type { JobSpec } from '../../src/fleet/protocol.js';
import { openShrinker } from '../../src/fleet/shrinking.js';
import { shipped } from '../../src/platform/paths.js';
import { openSuite } from '../../src/woodpecker/drivers/suite-folder.js';
import {
  type Behaviour,
  CANARY,
  failing,
  hunt,
  lend,
  openFleet,
  passing,
  type TestFleet,
  work,
} from '../support/fleet.js';

const { suite } = openSuite(shipped('suites', 'cloud'));
/** Fails where a volume is attached, detached, and its VM rebooted afterwards; some noise around it. */
const TRACE = [
  'create_network -> network#1',
  'create_vm name="a" -> vm#1 root=volume#1',
  'create_vm name="b" -> vm#2 root=volume#2',
  'create_volume name="c" -> volume#3',
  'stop_vm vm#2',
  'attach_volume volume#3 vm#1',
  'create_snapshot volume#3 -> snapshot#1',
  'detach_volume volume#3',
  'create_group -> group#1',
  'reboot_vm vm#1',
];
const SIGNATURE = 'a'.repeat(16);

const fails = (lines: readonly string[]): boolean => {
  const order = ['attach_volume', 'detach_volume', 'reboot_vm'].map((name) =>
    lines.findIndex((line) => line.startsWith(name)),
  );
  return order.every((at, i) => at >= 0 && at > (order[i - 1] ?? -1));
};

const told = (job: JobSpec, nonce: string, trace: readonly string[]) => {
  const result = failing(job, nonce, SIGNATURE);
  const sightings = result.sightings.map((one) => ({
    ...one,
    trace: [...trace],
    failure: { ...one.failure, action: 'reboot_vm', at: trace.length - 1 },
  }));
  return { ...result, sightings };
};

const truthful: Behaviour = (job, nonce) => {
  if (job.kind === 'walk')
    return job.bugs.includes(CANARY) ? failing(job, nonce, 'c'.repeat(16)) : told(job, nonce, TRACE);
  return fails(job.trace) ? told(job, nonce, job.trace) : passing(job, nonce);
};
/** Says of whatever it is asked to try that it fails. */
const swears: Behaviour = (job, nonce, canary) =>
  job.kind === 'walk' ? truthful(job, nonce, canary) : told(job, nonce, job.trace);

let test: TestFleet;
beforeEach(() => {
  test = openFleet({
    openShrinker: ({ firstTrace: trace, action, rate }) => openShrinker({ suite, trace, action, rate }),
  });
});
afterEach(() => {
  test.close();
});

const birds = (...all: [string, Behaviour][]): (readonly [Machine, Behaviour])[] =>
  all.map(([name, behave]) => [lend(test.fleet, name, name), behave] as const);

const actions = (trace: readonly string[]): (string | undefined)[] => trace.map((line) => line.split(' ')[0]);
const SHORTEST = ['create_vm', 'create_volume', 'attach_volume', 'detach_volume', 'reboot_vm'];

it('ends with what another lender has seen as well', () => {
  hunt(test.fleet, { budgetSteps: 100 });
  work(test, birds(['ann', truthful], ['bob', truthful], ['cid', truthful]));
  const finding = test.fleet.findings.get(1);
  expect(actions(finding.trace)).toEqual(SHORTEST);
  expect(finding).toMatchObject({ shrinking: 'done', standing: 'confirmed' });
  const jobs = test.fleet.jobs.ofFinding(1, 'shrink');
  const best = jobs.filter(
    ({ spec, result }) =>
      result?.outcome === 'fail' && spec.kind === 'replay' && spec.trace.join() === finding.trace.join(),
  );
  expect(best.some(({ candidate }) => candidate?.startsWith('='))).toBe(true);
  expect(new Set(best.map(({ lender }) => lender)).size).toBeGreaterThan(1);
});

it('does not end with what one lender alone says, and asks that one no more', () => {
  hunt(test.fleet, { budgetSteps: 100 });
  work(test, birds(['ann', truthful], ['bob', truthful], ['cid', truthful], ['eve', swears]));
  const finding = test.fleet.findings.get(1);
  expect(actions(finding.trace)).toEqual(SHORTEST);
  expect(finding.shrinking).toBe('done');
  expect(test.fleet.jobs.liars(1)).toEqual(['eve']);
  for (const name of ['ann', 'bob', 'cid']) expect(test.fleet.machines.named(name).doubt.alarm).toBe(0);
});

it('takes the word of a lender who is alone', () => {
  hunt(test.fleet, { budgetSteps: 100 });
  const [ann, bob] = birds(['ann', truthful], ['bob', truthful]);
  if (!ann || !bob) throw new Error('no machines');
  work(test, [ann, bob], 3);
  test.fleet.machines.switch('bob', 'bob', 'paused');
  work(test, [ann]);
  expect(test.fleet.findings.get(1).shrinking).toBe('done');
});
