import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/platform/clock.js';
import { runWalk, traceSource } from '../../../src/woodpecker/run/run.js';
import {
  HarnessError,
  type Step,
  StepTimeout,
  type System,
  SystemFailed,
  SystemRefused,
} from '../../../src/woodpecker/types.js';
import { boxes, boxSuite, steps } from './boxes.js';

const suite = boxSuite();
const start = { seed: 1, bugs: [] };
const walk = (system: System, trace: readonly Step[], tools = {}) =>
  runWalk(system, { suite, source: traceSource(suite, trace), start }, { clock: systemClock, ...tools });
const trace = steps('make -> box#1', 'shut box#1', 'open box#1', '!open box#1', 'burn box#1', '!burn box#1', 'shake');

describe('a walk over a system that is right', () => {
  it('passes without a single promise when the system answers plainly', () => {
    const result = walk(boxes(), trace);
    expect(result).not.toBeInstanceOf(Promise);
    expect(result).toMatchObject({ outcome: 'pass', stepsRun: 7, waits: 0, failure: undefined, error: undefined });
  });

  it('passes the same way when it answers later, and counts the same checks', async () => {
    const plain = await walk(boxes(), trace);
    const later = await walk(boxes({ later: true }), trace);
    expect(later).toEqual(plain);
    expect(plain.tally).toEqual({ answers: 7, states: 7, suite: 7 + 1 + 1, generic: 1, waits: 0 });
  });

  it('needs no look at the system after a step that told its states', async () => {
    const system = boxes({ tells: true });
    const { tally } = await walk(system, steps('make -> box#1', 'shut box#1'));
    expect(system.calls.filter((call) => call === 'observe')).toHaveLength(1);
    expect(tally.states).toBe(3);
  });

  it('tears down, and only then ends what is left', async () => {
    const system = boxes();
    await walk(system, steps('make -> box#1'));
    expect(system.calls.slice(-2)).toEqual(['stop', 'kill']);
  });
});

describe('a walk over a system that is wrong', () => {
  /** What comes of `trace` when these methods are replaced. */
  async function failureOf(wrong: (right: ReturnType<typeof boxes>) => Partial<System>, of = trace) {
    const right = boxes();
    const result = await walk({ ...right, ...wrong(right) }, of);
    expect(right.calls.at(-1)).toBe('kill');
    return result;
  }

  it('fails when a legal step is refused', async () => {
    const result = await failureOf(() => ({ act: () => Promise.reject(new SystemRefused('quota exceeded')) }));
    expect(result).toMatchObject({
      outcome: 'fail',
      stepsRun: 1,
      failure: { kind: 'action', action: 'make', message: 'quota exceeded', at: 0, states: {} },
    });
  });

  it('fails when a step that had to be refused breaks the system instead', async () => {
    const result = await failureOf((right) => ({
      act: (step) => {
        if (step.index === 3) throw new SystemFailed('internal error');
        return right.act(step);
      },
    }));
    expect(result.failure).toMatchObject({ kind: 'action', action: 'open', states: { box: 'open' }, at: 3 });
  });

  it('fails when a step that had to be refused is accepted', async () => {
    const result = await failureOf((right) => ({ act: (step) => (step.index === 3 ? {} : right.act(step)) }));
    expect(result.failure).toMatchObject({ kind: 'accepted', action: 'open', at: 3 });
  });

  it('fails when a state is not what the model says', async () => {
    const result = await failureOf((right) => ({ act: (step) => (step.action === 'burn' ? {} : right.act(step)) }));
    expect(result.failure).toMatchObject({
      kind: 'state',
      action: 'burn',
      states: { box: 'open' },
      message: 'box#1 is open, and must be gone',
    });
  });

  it('fails when a check does, and says which', async () => {
    const result = await failureOf(() => ({ check: (name) => (name === 'tidy' ? 'dust on 3 boxes' : undefined) }));
    expect(result.failure).toMatchObject({ kind: 'check', check: 'tidy', action: 'make', message: 'dust on 3 boxes' });
  });

  it('fails at the end by a check of the end', async () => {
    const result = await failureOf(() => ({ check: (name) => (name === 'swept' ? 'not swept' : undefined) }));
    expect(result).toMatchObject({ outcome: 'fail', stepsRun: 7, failure: { check: 'swept', action: 'end' } });
  });

  it('fails when something is left after tear-down', async () => {
    const result = await failureOf(
      () => ({ stop: () => ({ leaks: ['box b-1 is still there'] }) }),
      steps('make -> box#1'),
    );
    expect(result.failure).toMatchObject({ kind: 'leak', action: 'end', message: 'box b-1 is still there' });
  });

  it('fails when there is something that nobody made', async () => {
    const result = await failureOf((right) => ({
      observe: async (known) => ({ ...(await right.observe(known)), foreign: ['box b-99'] }),
    }));
    expect(result.failure).toMatchObject({ kind: 'foreign', message: 'nobody made box b-99' });
  });

  it('is a timeout when the system takes too long', async () => {
    const result = await failureOf(() => ({ act: () => Promise.reject(new StepTimeout('no answer within 10 ms')) }));
    expect(result).toMatchObject({ outcome: 'timeout', failure: { kind: 'timeout' } });
  });
});

describe('what may take a while', () => {
  it('is waited for, and the wait is counted', async () => {
    const system = boxes();
    let looks = 0;
    const observe: System['observe'] = (known) =>
      system.states.get('b-1') === 'shut' && looks++ < 3 ? { states: { 'box#1': 'open' } } : system.observe(known);
    const result = await walk({ ...system, observe }, steps('make -> box#1', 'shut box#1'));
    expect(result).toMatchObject({ outcome: 'pass', waits: 1 });
  });

  it('fails at its deadline with what was seen last', async () => {
    const system = { ...boxes(), observe: () => ({ states: { 'box#1': 'open' } }) };
    const result = await walk(system, steps('make -> box#1', 'shut box#1'));
    expect(result.failure).toMatchObject({ kind: 'state', message: 'box#1 is open, and must be shut' });
  });

  it('holds for checks with a deadline too', async () => {
    let asked = 0;
    const system = { ...boxes(), check: (name: string) => (name === 'settled' && asked++ < 2 ? 'not yet' : undefined) };
    const result = await walk(system, steps('shake'));
    expect(result).toMatchObject({ outcome: 'pass', waits: 1 });
  });
});

describe('a test that breaks', () => {
  it.each([
    ['start', { start: () => Promise.reject(new HarnessError('broken')) }],
    ['act', { act: () => Promise.reject(new HarnessError('broken')) }],
    ['observe', { observe: () => Promise.reject(new HarnessError('broken')) }],
    ['check', { check: () => Promise.reject(new HarnessError('broken')) }],
    ['stop', { stop: () => Promise.reject(new HarnessError('broken')) }],
  ] satisfies [string, Partial<System>][])(
    'is an error and no failure, and is torn down: %s',
    async (_method, wrong) => {
      const right = boxes();
      const result = await walk({ ...right, ...wrong }, trace);
      expect(result).toMatchObject({ outcome: 'error', error: 'broken', failure: undefined });
      expect(right.calls.at(-1)).toBe('kill');
    },
  );

  it('keeps the failure that it found when tear-down breaks after it', async () => {
    const stop = () => Promise.reject(new HarnessError('broken'));
    const result = await walk({ ...boxes(), check: () => 'dust', stop }, trace);
    expect(result).toMatchObject({ outcome: 'fail', failure: { kind: 'check' } });
  });

  it('is an error when the steps are not legal in the model', async () => {
    expect(await walk(boxes(), steps('shut box#1'))).toMatchObject({
      outcome: 'error',
      error: expect.stringContaining('no box#1'),
    });
  });
});

describe('a walk that is told to stop', () => {
  it('takes no further step, tears down and is skipped', async () => {
    const system = boxes();
    const stop = new AbortController();
    const act: System['act'] = (step) => {
      if (step.index === 1) stop.abort();
      return system.act(step);
    };
    const result = await walk({ ...system, act }, trace, { stop: stop.signal });
    expect(result).toMatchObject({ outcome: 'skipped', stepsRun: 2 });
    expect(system.calls.slice(-2)).toEqual(['stop', 'kill']);
  });

  it('gives up a step that hangs, and still tears down', async () => {
    const system = boxes();
    const giveUp = new AbortController();
    const act: System['act'] = () => {
      queueMicrotask(() => giveUp.abort());
      return new Promise(() => undefined);
    };
    const result = await walk({ ...system, act }, trace, { giveUp: giveUp.signal });
    expect(result.outcome).toBe('skipped');
    expect(system.calls.slice(-2)).toEqual(['stop', 'kill']);
  });
});
