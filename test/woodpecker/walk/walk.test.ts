import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { shipped } from '../../../src/platform/paths.js';
import { createModel } from '../../../src/woodpecker/model/model.js';
import { jugsSuite } from '../../../src/woodpecker/models/jugs.js';
import { w7Suite } from '../../../src/woodpecker/models/w7.js';
import { derivePatterns, pairsIn } from '../../../src/woodpecker/patterns.js';
import { parseSuite } from '../../../src/woodpecker/suite/parse.js';
import { printSuite } from '../../../src/woodpecker/suite/print.js';
import type { Suite } from '../../../src/woodpecker/suite/suite.js';
import type { Step, Strategy } from '../../../src/woodpecker/types.js';
import { createWalks } from '../../../src/woodpecker/walk/walk.js';

const cloud = parseSuite(readFileSync(shipped('suites', 'cloud', 'suite.yaml'), 'utf8'));
const example = parseSuite(readFileSync(shipped('suites', 'example', 'suite.yaml'), 'utf8'));

function stepsOf(suite: Suite, strategy: Strategy, episodes: number, seed = 1): Step[][] {
  const walks = createWalks(suite, {
    suite: suite.name,
    digest: suite.digest,
    strategy,
    seed,
    length: suite.walk.length,
  });
  return Array.from({ length: episodes }, (_, episode) => {
    const walk = walks.walk(episode);
    const steps: Step[] = [];
    for (let step = walk.next(); step; step = walk.next()) steps.push(step);
    return steps;
  });
}

const changed = (suite: Suite, change: Partial<Suite['source']>): Suite =>
  parseSuite(printSuite({ ...suite.source, ...change }));

describe('a walk', () => {
  it('tries what must be refused, as often as the suite says', () => {
    const steps = stepsOf(changed(cloud, { walk: { illegal: 0.2, faulty: 0 } }), 'random', 20).flat();
    const share = steps.filter((s) => s.refused).length / steps.length;
    expect(share).toBeGreaterThan(0.12);
    expect(share).toBeLessThan(0.25);
    expect(
      stepsOf(changed(cloud, { walk: { illegal: 0 } }), 'random', 5)
        .flat()
        .some((s) => s.refused),
    ).toBe(false);
  });

  it('uses what was deleted, to see it refused', () => {
    const model = createModel(cloud);
    const gone = stepsOf(cloud, 'mix', 1)[0]?.filter((step) => {
      const dead =
        step.refused && Object.values(step.takes).some((h) => model.get(h)?.state === model.get(h)?.type.gone);
      model.apply(step);
      return dead;
    });
    expect(gone?.length).toBeGreaterThan(0);
  });

  it('tries each kind of refusal in its turn, and does wrong in one thing only', () => {
    const shelf = parseSuite(`
suite: shelf
resources:
  box: { states: [open, sealed], limit: 3 }
  item: { states: [free, packed], limit: 6 }
actions:
  fold: { makes: [box] }
  make: { makes: [item] }
  seal: { takes: { box: open }, leaves: { box: sealed } }
  pack: { takes: { item: free, box: open }, leaves: { item: packed }, refuses: auto }
  unpack: { takes: { item: packed }, leaves: { item: free } }
  burn: { takes: { item: any }, leaves: { item: gone }, refuses: [gone] }
  crush: { takes: { box: any }, leaves: { box: gone }, refuses: [gone] }
`);
    const tried = new Map<string, number>();
    for (const steps of stepsOf(shelf, 'random', 50)) {
      const model = createModel(shelf);
      for (const step of steps) {
        const states = Object.values(step.takes).map((h) => model.get(h)?.type.states[model.get(h)?.state ?? 0]);
        const kind = `${step.action} ${states.join(' ')}`;
        if (step.refused) tried.set(kind, (tried.get(kind) ?? 0) + 1);
        model.apply(step);
      }
    }
    const once = [
      'pack packed open',
      'pack free sealed',
      'pack gone open',
      'pack free gone',
      'burn gone',
      'crush gone',
    ];
    expect([...tried.keys()].toSorted()).toEqual(once.toSorted());
    expect(Math.min(...tried.values())).toBeGreaterThan(20);
  });

  it('has faults as steps', () => {
    const faults = new Set(cloud.actions.filter((a) => a.fault).map((a) => a.name));
    expect(
      stepsOf(cloud, 'mix', 10)
        .flat()
        .some((s) => faults.has(s.action)),
    ).toBe(true);
  });

  it('ends where the suite says', () => {
    for (const steps of stepsOf(changed(example, { exit: { when: 'count(file) >= 2' } }), 'random', 10)) {
      const model = createModel(example);
      for (const [i, step] of steps.entries()) {
        model.apply(step);
        const files = model.live().filter((r) => r.type.name === 'file').length;
        if (i < steps.length - 1) expect(files).toBeLessThan(2);
      }
    }
  });

  it('chooses by weight', () => {
    const actions = { ...example.source.actions, make_file: { ...example.source.actions.make_file, weight: 20 } };
    const share = (suite: Suite): number => {
      const steps = stepsOf(suite, 'random', 10).flat();
      return steps.filter((s) => s.action === 'make_file').length / steps.length;
    };
    expect(share(changed(example, { actions, exit: {} }))).toBeGreaterThan(share(changed(example, { exit: {} })) * 1.5);
  });

  it('takes each action about as often as every other, when it is fair', () => {
    const counts = new Map<string, number>();
    for (const { action } of stepsOf(w7Suite(), 'fair', 4).flat()) counts.set(action, (counts.get(action) ?? 0) + 1);
    expect(Math.max(...counts.values()) / Math.min(...counts.values())).toBeLessThan(1.5);
    expect(counts.size).toBe(18);
  });

  it('covers more new pairs of (action, states) by path than by chance', () => {
    const pairs = (strategy: Strategy): number => {
      const seen = new Set<string>();
      for (const steps of stepsOf(w7Suite(), strategy, 3)) for (const pair of pairsIn(w7Suite(), steps)) seen.add(pair);
      return seen.size;
    };
    expect(pairs('path')).toBeGreaterThan(pairs('random'));
  });

  it('stays close to a pattern when it replays', () => {
    const pattern = [
      'create_vm -> vm#1 root=volume#1',
      'stop_vm vm#1',
      'template volume#1 -> image#1',
      'destroy_vm vm#1',
      'volume_from_image image#1 -> volume#2',
    ];
    const suite = changed(w7Suite(), { patterns: { old: pattern } });
    const near = stepsOf(suite, 'replay', 40).filter((steps) => {
      const actions = steps.slice(0, 12).map((s) => s.action);
      let at = 0;
      for (const action of actions) if (pattern[at]?.startsWith(action)) at++;
      return at === pattern.length;
    });
    expect(near.length).toBeGreaterThan(8);
  });

  it('finds the depth of a small system by looking ahead', () => {
    const jugs = jugsSuite();
    const calls = Array.from({ length: 9 }, (_, seed) => {
      const walks = createWalks(jugs, { suite: 'jugs', digest: jugs.digest, strategy: 'mix', seed, length: 200 });
      let taken = 0;
      for (let episode = 0; ; episode++) {
        const walk = walks.walk(episode);
        for (let step = walk.next(); step; step = walk.next()) {
          taken++;
          if (walk.model.get('jug#2')?.attributes[1] === 4) return taken;
        }
      }
    });
    // A uniform choice needs 1,900 (median of 100 seeds), this one 250.
    expect(calls.toSorted((a, b) => a - b)[4]).toBeLessThan(900);
  });

  it('makes its lanes meet', () => {
    const walks = createWalks(cloud, {
      suite: cloud.name,
      digest: cloud.digest,
      strategy: 'random',
      seed: 1,
      length: 200,
      lanes: 2,
    });
    let meetings = 0;
    for (let episode = 0; episode < 30; episode++) {
      const walk = walks.walk(episode);
      const used: Record<1 | 2, Set<string>> = { 1: new Set(), 2: new Set() };
      for (let step = walk.next(); step; step = walk.next()) {
        for (const handle of Object.values(step.takes)) if (step.lane) used[step.lane].add(handle);
      }
      if ([...used[1]].some((h) => used[2].has(h))) meetings++;
    }
    expect(meetings).toBeGreaterThan(15);
  });
});

describe('derived patterns', () => {
  it('cover more pairs than walks of the same length, each by legal steps', () => {
    const suite = w7Suite();
    const { patterns, covered } = derivePatterns(suite);
    const model = (steps: readonly Step[]): (string | undefined)[] => {
      const m = createModel(suite);
      return steps.map((step) => {
        const objection = m.objection(step);
        m.apply(step);
        return objection;
      });
    };
    expect(patterns.flatMap((p) => model(p.steps)).filter((o) => o !== undefined)).toEqual([]);
    const seen = new Set(patterns.flatMap((p) => [...pairsIn(suite, p.steps)]));
    expect(seen.size).toBe(covered);
    const total = patterns.reduce((sum, p) => sum + p.steps.length, 0);
    const walked = new Set(
      stepsOf(suite, 'random', Math.ceil(total / 200)).flatMap((steps) => [...pairsIn(suite, steps)]),
    );
    expect(covered).toBeGreaterThan(walked.size);
  });
});
