import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/platform/clock.js';
import { type HuntParts, type HuntPlan, hunt } from '../../../src/woodpecker/run/hunt.js';
import type { HuntEvent } from '../../../src/woodpecker/run/hunt-events.js';
import { keepNothing } from '../../../src/woodpecker/run/keeper.js';
import { parseSuite } from '../../../src/woodpecker/suite/parse.js';
import { type BoundStep, HarnessError, type System } from '../../../src/woodpecker/types.js';
import { BOXES, boxes, boxSuite } from './boxes.js';

const suite = boxSuite();
const origin = { suite: 'boxes', digest: suite.digest, strategy: 'mix', seed: 1, length: 50 } as const;

/** Time that passes only when a step takes it. */
function slowClock(): Clock & { pass(ms: number): void } {
  let now = 0;
  return {
    ...systemClock,
    now: () => now,
    after: (ms, run) => {
      now += ms;
      queueMicrotask(run);
      return () => undefined;
    },
    pass: (ms) => {
      now += ms;
    },
  };
}

async function hunted(open: () => System, plan: Partial<HuntPlan> = {}, parts: Partial<HuntParts> = {}) {
  const events: HuntEvent[] = [];
  const report = await hunt(
    { origin, bugs: [], steps: 500, ...plan },
    {
      suite,
      clock: systemClock,
      open,
      keeper: keepNothing,
      tell: (event) => void events.push(event),
      stop: new AbortController().signal,
      ...parts,
    },
  );
  return { report, events };
}

/** Right, but for one method. */
const wrong = (make: (right: ReturnType<typeof boxes>) => Partial<System>) => () => {
  const right = boxes({ tells: true });
  return { ...right, ...make(right) };
};

describe('a hunt', () => {
  it('takes exactly the steps that it is given, and plants a bug in every batch', async () => {
    const { report } = await hunted(boxes, { steps: 2_345 });
    expect(report).toMatchObject({ outcome: 'pass', ended: 'steps', steps: 2_345, doubts: [], findings: 0 });
    // 20 walks of 50 steps a batch.
    expect(report.canaries).toEqual({ planted: 3, caught: 3 });
  });

  it('ends in the middle of a walk when its time is up', async () => {
    const clock = slowClock();
    const slow = wrong((right) => ({
      act: (step: BoundStep) => {
        clock.pass(7_000);
        return right.act(step);
      },
    }));
    const { report } = await hunted(slow, { steps: undefined, minutes: 10 }, { clock });
    expect(report.ended).toBe('minutes');
    expect(report.steps).toBeGreaterThan(60);
    expect(clock.now()).toBeLessThan(10 * 60_000 + 7_000);
  });

  it('shrinks into overtime, but not without end', async () => {
    const clock = slowClock();
    const slow = wrong((right) => ({
      act: (step: BoundStep) => {
        clock.pass(20_000);
        if (step.action === 'open' && right.states.size > 2) throw new Error('it sticks');
        return right.act(step);
      },
    }));
    const { report } = await hunted(slow, { steps: undefined, minutes: 60 }, { clock });
    expect(report.findings).toBe(1);
    expect(clock.now()).toBeLessThan(60 * 60_000 * 1.5 + 50 * 20_000);
  });

  it('takes a failure that hides its planted bug for what it is', async () => {
    const { report, events } = await hunted(
      wrong(() => ({ act: () => Promise.reject(new Error('always')) })),
      { steps: 10 },
    );
    expect(report).toMatchObject({ outcome: 'fail', canaries: { planted: 0, caught: 0 }, doubts: [] });
    expect(events.find(({ event }) => event === 'canary')).toMatchObject({ masked: true });
  });

  it('plants its bug also where walks are over after a step', async () => {
    const short = parseSuite(
      BOXES.replace('limit: 20', 'limit: 1')
        .replace(/\n {2}(shut|open|burn|shake): .*/g, '')
        .replace('faults:\n', '')
        .replace('after: [shake], ', ''),
    );
    const { report } = await hunted(() => boxes(), { steps: 5 }, { suite: short });
    expect(report).toMatchObject({ outcome: 'pass', steps: 5, walks: 5, canaries: { planted: 1, caught: 1 } });
  });

  it('breaks off, as an error, where no action is ever legal', async () => {
    const stuck = parseSuite(
      BOXES.replace(/\n {2}make: .*/, '')
        .replace(/refuses: \[.*\] \}/g, '}')
        .replace(/faults:\n.*\n/, '')
        .replace('after: [shake], ', ''),
    );
    const { report, events } = await hunted(() => boxes(), { steps: 5 }, { suite: stuck });
    expect(report).toMatchObject({ outcome: 'error', ended: 'errors', steps: 0, errors: 3 });
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'broke', error: expect.stringContaining('no action is legal') }),
    );
  });

  it('has tested nothing, and says so, when it is stopped before the first step', async () => {
    const { report } = await hunted(() => boxes(), {}, { stop: AbortSignal.abort() });
    expect(report).toMatchObject({ outcome: 'skipped', ended: 'stopped', steps: 0 });
  });

  it('ends with what it has found, and says why, when the disk is full', async () => {
    const full = (): never => {
      throw new HarnessError('what was found cannot be kept: no space left on device');
    };
    const sticky = wrong((right) => ({
      act: (step: BoundStep) => {
        if (step.action === 'open' && right.states.size > 2) throw new Error('it sticks');
        return right.act(step);
      },
    }));
    const { report, events } = await hunted(
      sticky,
      { steps: 5_000 },
      { keeper: { ...keepNothing, found: full, end: full } },
    );
    expect(report).toMatchObject({ outcome: 'fail', ended: 'errors', findings: 1 });
    expect(report.doubts).toEqual(['what was found cannot be kept: no space left on device']);
    expect(events.at(-1)).toMatchObject({ event: 'ended' });
    const unkept = await hunted(() => boxes(), { steps: 50 }, { keeper: { ...keepNothing, end: full } });
    expect(unkept.report).toMatchObject({ outcome: 'error', findings: 0 });
  });

  it('goes red when states stop being compared in the middle of it', async () => {
    let looks = 0;
    const falling = wrong((right) => ({
      act: async (step: BoundStep) => ({ ...(await right.act(step)), states: undefined }),
      // Awake for the canary of its first batch, asleep from then on.
      observe: (known) => (looks++ < 30 ? right.observe(known) : { states: {} }),
    }));
    const { report } = await hunted(falling, { steps: 10_000 });
    expect(report).toMatchObject({ outcome: 'error', ended: 'blind' });
    expect(report.steps).toBeLessThan(2_500);
    expect(report.doubts).toHaveLength(1);
  });

  it('stops after three errors in a row, and does not call them findings', async () => {
    const open = () => {
      throw new HarnessError('no driver');
    };
    const { report, events } = await hunted(open);
    expect(report).toMatchObject({ outcome: 'error', ended: 'errors', findings: 0, errors: 3 });
    expect(events.filter(({ event }) => event === 'broke')).toHaveLength(3);
  });

  it('goes on after an error that does not come back', async () => {
    let walks = 0;
    const { report } = await hunted(() => {
      if (walks++ === 5) throw new HarnessError('once');
      return boxes();
    });
    expect(report).toMatchObject({ outcome: 'error', ended: 'steps', errors: 1, steps: 500 });
  });

  it('follows up a second failure that shows while the first is shrunk', async () => {
    const two = wrong((right) => ({
      act: (step: BoundStep) => {
        if (step.action === 'shut' && right.states.size > 2) throw new Error('it sticks');
        if (step.action === 'shut' && step.index < 3) throw new Error('too soon');
        return right.act(step);
      },
    }));
    const { report } = await hunted(two, { steps: 60 });
    expect(report.list.map(({ failure }) => failure.message).toSorted()).toEqual(['it sticks', 'too soon']);
  });

  it('goes after a failure again that did not come back, when it is seen another time', async () => {
    let well = 0;
    const moody = wrong((right) => ({
      act: (step: BoundStep) => {
        const legal = step.action === 'open' && right.states.get(step.takes.box?.id ?? '') === 'shut';
        if (legal && right.states.size > 2 && (well === 0 || --well === 0)) throw new Error('it sticks');
        return right.act(step);
      },
    }));
    const recovers = () => (well = 400);
    const { report, events } = await hunted(
      moody,
      { steps: 10_000 },
      { keeper: { ...keepNothing, suspect: recovers } },
    );
    const told = events.filter((e) => e.event === 'found').map(({ finding }) => finding.again.hits > 0);
    expect(told).toEqual([false, true]);
    expect(events.filter(({ event }) => event === 'suspected')).toHaveLength(1);
    expect(report.list).toMatchObject([{ again: { hits: 3, tries: 3 } }]);
    expect(report.list[0]?.sightings).toBeGreaterThan(1);
  });

  it('lets signals have their turn though the system never waits', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    const { report } = await hunted(boxes, { steps: 1e9 }, { stop: stop.signal });
    expect(report.ended).toBe('stopped');
  });
});
