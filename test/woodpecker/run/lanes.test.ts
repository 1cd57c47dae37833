import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/platform/clock.js';
import { runWalk, traceSource } from '../../../src/woodpecker/run/run.js';
import { parseSuite } from '../../../src/woodpecker/suite/parse.js';
import type { Suite } from '../../../src/woodpecker/suite/suite.js';
import {
  type BoundStep,
  HarnessError,
  type System,
  SystemFailed,
  SystemRefused,
} from '../../../src/woodpecker/types.js';
import { createWalks } from '../../../src/woodpecker/walk/walk.js';
import { BOXES, boxes, boxSuite, steps } from './boxes.js';

const suite = boxSuite();
const start = { seed: 1, bugs: [] };
const walk = (system: System, ...lines: string[]) => walkOf(suite, system, ...lines);
const walkOf = (by: Suite, system: System, ...lines: string[]) =>
  runWalk(system, { suite: by, source: traceSource(by, steps(...lines)), start }, { clock: systemClock });

/** Looks first and writes later: right when alone, wrong when another step comes between. */
function racy(): System {
  const system = boxes({ later: true });
  const act = async (step: BoundStep) => {
    const id = step.takes.box?.id;
    const before = id === undefined ? undefined : system.states.get(id);
    await turn();
    if (id !== undefined && before !== undefined) system.states.set(id, before);
    return system.act(step);
  };
  return { ...system, act };
}

describe('two lanes', () => {
  it('pass over a system that takes one step after the other, whatever their order', async () => {
    const result = await walk(
      boxes({ later: true }),
      'make -> box#1',
      '1| burn box#1',
      '2| shut box#1',
      '1| make -> box#2',
      '2| open box#1',
    );
    expect(result).toMatchObject({ outcome: 'pass', stepsRun: 5, error: undefined });
  });

  it('pass when one makes the other impossible, and it is refused', async () => {
    const result = await walk(boxes(), 'make -> box#1', '1| burn box#1', '2| burn box#1');
    expect(result).toMatchObject({ outcome: 'pass' });
  });

  it('pass when both together make more than a walk may', async () => {
    const most = Array.from({ length: 19 }, (_, i) => `make -> box#${i + 1}`);
    const result = await walk(boxes(), ...most, '1| make -> box#20', '2| make -> box#21');
    expect(result).toMatchObject({ outcome: 'pass', error: undefined });
  });

  it('fail when both did what only one could have done', async () => {
    const result = await walk(racy(), 'make -> box#1', '1| burn box#1', '2| burn box#1');
    expect(result.failure).toMatchObject({
      kind: 'order',
      message: 'burn was done, which no order of the concurrent steps explains',
    });
  });

  it('pass when both did what the suite does not promise to be refused: then nobody knows', async () => {
    const lax = parseSuite(BOXES.replace('leaves: { box: gone }, refuses: [gone]', 'leaves: { box: gone }'));
    const result = await walkOf(lax, racy(), 'make -> box#1', '1| burn box#1', '2| burn box#1');
    expect(result).toMatchObject({ outcome: 'pass', error: undefined });
  });

  it('pass when a step fails that the other made illegal, unless the suite promises that it is refused', async () => {
    const promising = BOXES.replace('refuses: [state, gone]', 'refuses: [gone]');
    const lax = parseSuite(BOXES.replace(', refuses: [state, gone]', ''));
    const brittle = (): System => {
      const system = boxes({ later: true });
      const act: System['act'] = async (step) => {
        try {
          return await system.act(step);
        } catch (error) {
          throw error instanceof SystemRefused ? new SystemFailed('no such file') : error;
        }
      };
      return { ...system, act };
    };
    const race = ['make -> box#1', '1| burn box#1', '2| shut box#1'];
    expect(await walkOf(lax, brittle(), ...race)).toMatchObject({ outcome: 'pass', error: undefined });
    expect((await walkOf(parseSuite(promising), brittle(), ...race)).failure).toMatchObject({
      kind: 'action',
      action: 'shut',
      message: 'no such file',
    });
  });

  it('fail when no order explains the state that is left', async () => {
    const system = boxes({ later: true });
    const lost: System = { ...system, observe: () => ({ states: { 'box#1': 'open' } }) };
    const result = await walk(
      { ...lost, observe: (known) => (system.calls.includes('shut') ? lost.observe(known) : system.observe(known)) },
      'make -> box#1',
      '1| shut box#1',
      '2| shake',
    );
    expect(result.failure).toMatchObject({ kind: 'order', message: 'box box#1 is open, which no order explains' });
  });

  it('make one finding of one race, whichever calls met and whatever gave it away', async () => {
    const both = await walk(racy(), 'make -> box#1', '1| burn box#1', '2| burn box#1');
    const other = await walk(racy(), 'make -> box#1', '1| burn box#1', '2| shut box#1');
    const three = await walk(racy(), 'make -> box#1', '1| burn box#1', '1| make -> box#2', '2| shut box#1');
    const seen = boxes({ later: true });
    const lost: System = { ...seen, observe: () => ({ states: { 'box#1': 'open' } }) };
    const states = await walk(
      { ...lost, observe: (known) => (seen.calls.includes('shut') ? lost.observe(known) : seen.observe(known)) },
      'make -> box#1',
      '1| shut box#1',
      '2| shake',
    );
    const failures = [both, other, three, states].map(({ failure }) => failure);
    expect(new Set(failures.map((f) => f?.message)).size).toBeGreaterThan(1);
    for (const failure of failures) expect(failure).toMatchObject({ kind: 'order' });
    expect(new Set(failures.map((f) => f?.signature)).size).toBe(1);
  });

  it("make a check that fails after them nobody's doing in particular", async () => {
    const check = (name: string) => (name === 'tidy' ? 'a box stands in the way' : undefined);
    const first = await walk({ ...boxes(), check }, '1| make -> box#1', '2| shake');
    const second = await walk({ ...boxes(), check }, '1| shake', '2| make -> box#1');
    expect(first.failure).toMatchObject({ kind: 'check', check: 'tidy', action: 'end', states: {} });
    expect(second.failure?.signature).toBe(first.failure?.signature);
  });

  it('wait in each lane until what it did shows, before the lane relies on it', async () => {
    const slow = (): System => {
      const system = boxes({ later: true });
      const act: System['act'] = async (step) => {
        if (step.action !== 'shut' || system.states.get(step.takes.box?.id ?? '') !== 'open') return system.act(step);
        setTimeout(() => void system.act(step), 15);
        return {};
      };
      return { ...system, act };
    };
    // `shut` settles within 150 ms, and the other lane has nothing to do with it.
    const result = await walk(slow(), 'make -> box#1', '1| shut box#1', '1| open box#1', '2| shake', '2| shake');
    expect(result).toMatchObject({ outcome: 'pass', error: undefined });
  });

  it('may be the end of a pattern', async () => {
    const patterned = boxSuite('patterns: { twice: [make -> box#1, 1| burn box#1, 2| burn box#1] }');
    const origin = {
      suite: 'boxes',
      digest: patterned.digest,
      strategy: 'pattern',
      pattern: 'twice',
      seed: 1,
      length: 50,
    } as const;
    const taken = (system: System) =>
      runWalk(
        system,
        { suite: patterned, source: createWalks(patterned, origin).walk(0), start },
        { clock: systemClock },
      );
    expect(await taken(boxes({ later: true }))).toMatchObject({ outcome: 'pass', stepsRun: 3, error: undefined });
    expect((await taken(racy())).failure?.message).toMatch(/^burn was done, which no order/);
  });

  it('are the end of a walk: a sequence that goes on after them is no sequence', async () => {
    const result = await walk(boxes(), 'make -> box#1', '1| burn box#1', '2| shake', 'make -> box#2');
    expect(result).toMatchObject({ outcome: 'error', error: expect.stringContaining('has no lane, and stands after') });
  });

  it('do not ask for what was never made', async () => {
    const system = boxes({ later: true });
    const refusing: System['act'] = (step) =>
      step.makes.box === 'box#2'
        ? system.act({ ...step, action: 'open', takes: { box: { handle: 'box#9', id: 'none' } } })
        : system.act(step);
    const result = await walk(
      { ...system, act: refusing },
      'make -> box#1',
      '1| make -> box#2',
      '1| shut box#2',
      '2| shake',
    );
    // The refusal itself has no order that explains it; the step on what was refused was never asked.
    expect(result.failure).toMatchObject({ kind: 'order', message: expect.stringContaining('make was refused') });
    expect(system.calls).not.toContain('shut');
  });

  it('let a crash fail the walk, and a broken test be an error', async () => {
    const crash: System['act'] = (step) =>
      step.action === 'shake' ? Promise.reject(new SystemFailed('panic')) : boxes().act(step);
    expect((await walk({ ...boxes(), act: crash }, '1| make -> box#1', '2| shake')).failure).toMatchObject({
      kind: 'action',
      action: 'shake',
      message: 'panic',
      at: 1,
    });
    const broken: System['act'] = () => Promise.reject(new HarnessError('gone'));
    expect(await walk({ ...boxes(), act: broken }, '1| make -> box#1', '2| shake')).toMatchObject({
      outcome: 'error',
      error: 'gone',
    });
  });

  it('find the race in generated walks, and none in a system without it', async () => {
    const walks = createWalks(suite, {
      suite: 'boxes',
      digest: suite.digest,
      strategy: 'random',
      seed: 3,
      length: 20,
      lanes: 2,
    });
    let caught = 0;
    for (let episode = 0; episode < 30; episode++) {
      const right = await runWalk(
        boxes({ later: true }),
        { suite, source: walks.walk(episode), start },
        { clock: systemClock },
      );
      expect(right).toMatchObject({ outcome: 'pass', error: undefined });
      const wrong = await runWalk(racy(), { suite, source: walks.walk(episode), start }, { clock: systemClock });
      if (wrong.failure?.kind === 'order') caught++;
      else expect(wrong).toMatchObject({ outcome: 'pass', error: undefined });
    }
    expect(caught).toBeGreaterThan(2);
  });
});
