import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/platform/clock.js';
import { reproduce } from '../../../src/woodpecker/run/reproduce.js';
import { runWalk, traceSource } from '../../../src/woodpecker/run/run.js';
import { printStep } from '../../../src/woodpecker/step-text.js';
import type { BoundStep, Step, System } from '../../../src/woodpecker/types.js';
import { boxes, boxSuite, steps } from './boxes.js';

const suite = boxSuite();
const run = async (system: System, trace: readonly Step[]) =>
  runWalk(system, { suite, source: traceSource(suite, trace), start: { seed: 1, bugs: [] } }, { clock: systemClock });

/** What is known of the failure that this trace shows on systems that `open` gives. */
async function known(open: () => System, trace: readonly Step[], enough = () => false) {
  const { failure } = await run(open(), trace);
  if (!failure) throw new Error('it did not fail');
  let runs = 0;
  const facts = await reproduce(
    suite,
    { failure, trace },
    { run: (s) => run(open(), s), enough, tell: (_, n) => (runs = n) },
  );
  return { ...facts, failure, runs, text: facts.minimal.map(printStep) };
}

/** Fails to shut the third box. */
function thirdSticks(): System {
  const system = boxes();
  const act = (step: BoundStep) => {
    if (step.action === 'shut' && system.states.size >= 3) throw new Error('it sticks');
    return system.act(step);
  };
  return { ...system, act };
}

const long = steps(
  'make -> box#1',
  'shake',
  'make -> box#2',
  'shut box#1',
  'make -> box#3',
  'shake',
  'shut box#2',
  'shake',
);

describe('what is known of a failure', () => {
  it('is the fewest steps that show it, and that they do so every time', async () => {
    const { text, again, shrinkSteps } = await known(thirdSticks, long);
    expect(text).toEqual(['make -> box#1', 'make -> box#2', 'make -> box#3', 'shut box#2']);
    expect(again).toEqual({ hits: 3, tries: 3 });
    expect(shrinkSteps).toBeGreaterThan(12);
  });

  it('is that it did not come back, where it did not', async () => {
    let first = true;
    const open = () => {
      const system = first ? thirdSticks() : boxes();
      first = false;
      return system;
    };
    const { text, again } = await known(open, long);
    expect(again).toEqual({ hits: 0, tries: 25 });
    // As it was seen: up to the step that failed.
    expect(text).toEqual(long.slice(0, 7).map(printStep));
  });

  it('is how often it comes back, where that is now and then', async () => {
    let walk = 0;
    const { again, text } = await known(() => (walk++ % 3 === 0 ? thirdSticks() : boxes()), long);
    expect(again.tries).toBeGreaterThan(again.hits);
    expect(text).toHaveLength(4);
  });

  it('is not given up before what fails once in ten runs had its chance', async () => {
    let walk = 0;
    const { again, text } = await known(() => (walk++ % 15 === 0 ? thirdSticks() : boxes()), long);
    expect(again.hits).toBeGreaterThan(0);
    expect(text.length).toBeLessThan(7);
  });

  it('is what is known so far when there is no more time', async () => {
    const { runs, again } = await known(thirdSticks, long, () => true);
    expect({ runs, again }).toEqual({ runs: 0, again: { hits: 0, tries: 0 } });
  });

  it('includes other failures that showed on the way', async () => {
    const open = () => {
      const system = thirdSticks();
      return {
        ...system,
        act: (step: BoundStep) =>
          step.action === 'shut' && step.index === 1 ? Promise.reject(new Error('too soon')) : system.act(step),
      };
    };
    const { others } = await known(open, long);
    expect(others.map(({ failure }) => failure.message)).toEqual(['too soon']);
  });

  it('is the race alone, for two lanes of which one forbids what the other does', async () => {
    const open = () => {
      const system = boxes({ later: true });
      const act = async (step: BoundStep) => {
        const id = step.takes.box?.id;
        const before = id === undefined ? undefined : system.states.get(id);
        await turn();
        if (id !== undefined && before !== undefined) system.states.set(id, before);
        return system.act(step);
      };
      return { ...system, act };
    };
    const trace = steps(
      'make -> box#1',
      'make -> box#2',
      'shut box#1',
      '1| make -> box#3',
      '2| shut box#2',
      '1| burn box#2',
      '2| burn box#2',
    );
    const { text } = await known(open, trace);
    expect(text).toEqual(['make -> box#1', '1| burn box#1', '2| burn box#1']);
  });
});
