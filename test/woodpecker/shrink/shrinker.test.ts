import { describe, expect, it } from 'vitest';
import { jugsSuite } from '../../../src/woodpecker/models/jugs.js';
import { w7Suite } from '../../../src/woodpecker/models/w7.js';
import { createShrinker, type ShrinkOptions, triesFor } from '../../../src/woodpecker/shrink/shrinker.js';
import { parseStep, printStep } from '../../../src/woodpecker/step-text.js';
import { parseSuite } from '../../../src/woodpecker/suite/parse.js';
import type { Suite } from '../../../src/woodpecker/suite/suite.js';
import type { Step } from '../../../src/woodpecker/types.js';
import { createRandom } from '../../../src/woodpecker/walk/random.js';
import { createWalks } from '../../../src/woodpecker/walk/walk.js';

/** Where a sequence fails; undefined where it does not. */
type Bug = (steps: readonly Step[]) => number | undefined;

/** Fails at the step that completes these actions in order, between others or not. */
const inOrder =
  (...actions: string[]): Bug =>
  (steps) => {
    let at = 0;
    for (const [i, step] of steps.entries()) {
      if (step.action !== actions[at]) continue;
      at++;
      if (at === actions.length) return i;
    }
    return undefined;
  };

function failingWalk(suite: Suite, bug: Bug, seed = 1): Step[] {
  const walks = createWalks(suite, { suite: suite.name, digest: suite.digest, strategy: 'random', seed, length: 200 });
  for (let episode = 0; ; episode++) {
    const walk = walks.walk(episode);
    const steps: Step[] = [];
    for (let step = walk.next(); step; step = walk.next()) steps.push(step);
    const at = bug(steps);
    if (at !== undefined) return steps.slice(0, at + 1);
  }
}

/** Shrinks with so many candidates under way at once, their verdicts told in a random order. */
function shrink(
  suite: Suite,
  steps: readonly Step[],
  bug: Bug,
  at = 1,
  options: ShrinkOptions = {},
): { lines: string[]; runs: number } {
  const shrinker = createShrinker(suite, steps, { action: steps.at(-1)?.action ?? '', at: steps.length - 1 }, options);
  const random = createRandom('verdicts', at);
  const under: { id: string; steps: readonly Step[] }[] = [];
  for (;;) {
    under.push(...shrinker.next(at));
    if (under.length === 0) break;
    const [next] = under.splice(random.below(under.length), 1);
    if (!next) break;
    const fails = bug(next.steps);
    shrinker.tell(next.id, {
      hits: fails === undefined ? 0 : 1,
      runs: 1,
      ...(fails === undefined ? {} : { at: fails }),
    });
  }
  expect(shrinker.done).toBe(true);
  return { lines: shrinker.best.map(printStep), runs: shrinker.spent.runs };
}

describe('the shrinker', () => {
  it('leaves the fewest steps, numbered from 1', () => {
    const bug = inOrder('reboot_vm', 'create_image', 'attach_volume');
    for (const seed of [1, 2, 3]) {
      const { lines } = shrink(w7Suite(), failingWalk(w7Suite(), bug, seed), bug);
      expect(lines).toHaveLength(6);
      expect(lines.map((l) => l.split(' ')[0]).toSorted()).toEqual(
        ['attach_volume', 'create_image', 'create_vm', 'create_volume', 'reboot_vm', 'stop_vm'].toSorted(),
      );
      expect(lines.join('\n')).not.toMatch(/#[3-9]/);
    }
  });

  it('comes to the same end with one candidate at a time or with eight', () => {
    const bug = inOrder('snap_vol', 'template', 'detach_volume');
    for (const seed of [4, 5]) {
      const walk = failingWalk(w7Suite(), bug, seed);
      const alone = shrink(w7Suite(), walk, bug);
      expect(shrink(w7Suite(), walk, bug, 8).lines).toEqual(alone.lines);
      expect(shrink(w7Suite(), walk, bug, 3).lines).toEqual(alone.lines);
    }
  });

  it('finds a shorter way that is no part of the long one', () => {
    const full: Bug = (steps) => {
      const litres = [0, 0];
      const size = [3, 5];
      for (const [i, { action, takes }] of steps.entries()) {
        const jug = takes.jug === 'jug#1' ? 0 : 1;
        if (action === 'fill') litres[jug] = size[jug] ?? 0;
        else if (action === 'empty') litres[jug] = 0;
        else {
          const from = takes.from === 'jug#1' ? 0 : 1;
          const moved = Math.min(litres[from] ?? 0, (size[1 - from] ?? 0) - (litres[1 - from] ?? 0));
          litres[from] = (litres[from] ?? 0) - moved;
          litres[1 - from] = (litres[1 - from] ?? 0) + moved;
        }
        if (litres[1] === 4) return i;
      }
      return undefined;
    };
    // Eight moves by way of the small jug, from which nothing can be left out.
    const eight = [
      'fill jug#1',
      'pour from=jug#1 to=jug#2',
      'fill jug#1',
      'pour from=jug#1 to=jug#2',
      'empty jug#2',
      'pour from=jug#1 to=jug#2',
      'fill jug#1',
      'pour from=jug#1 to=jug#2',
    ];
    expect(shrink(jugsSuite(), eight.map(parseStep), full).lines).toHaveLength(6);
  });

  it('does itself what happened in passing, where that spares what it happened to', () => {
    const suite = parseSuite(`
suite: locks
resources:
  client: { states: [on] }
  lock: { states: [free, held], links: { owner: client } }
actions:
  connect: { makes: [client] }
  create: { makes: [lock] }
  acquire: { takes: { lock: free, client: on }, leaves: { lock: held }, set: { lock.owner: client } }
  release: { takes: { lock: held, client: on }, when: lock.owner == client, leaves: { lock: free }, set: { lock.owner: none } }
  leave: { takes: [client], leaves: { client: gone }, also: { each: client.locks, leaves: free, set: { it.owner: none } } }
`);
    const third: Bug = (steps) => {
      const taken = [...steps.keys()].filter((i) => steps[i]?.action === 'acquire');
      return taken[2];
    };
    const walk = [
      'create -> lock#1',
      'connect -> client#1',
      'acquire lock#1 client#1',
      'connect -> client#2',
      'release lock#1 client#1',
      'acquire lock#1 client#1',
      'leave client#1',
      'acquire lock#1 client#2',
    ].map(parseStep);
    expect(shrink(suite, walk, third).lines).toHaveLength(7);
  });

  it('simplifies values', () => {
    const suite = parseSuite(`
suite: files
resources: { file: { states: [there] } }
actions:
  write: { params: { size: { int: [0, 1000] }, name: { text: { min: 1, max: 20 } }, mode: { enum: [new, append] } }, makes: [file] }
`);
    const bug: Bug = (steps) => {
      const at = steps.findIndex((s) => Number(s.args.size) >= 137 && String(s.args.name).length >= 3);
      return at < 0 ? undefined : at;
    };
    const { lines } = shrink(suite, [parseStep('write size=803 name="Zürich 百鸟" mode="append" -> file#1')], bug);
    expect(lines).toEqual(['write size=137 name="aaa" mode="new" -> file#1']);
  });

  it('turns lanes into a sequence where that fails, too', () => {
    const bug: Bug = (steps) => (steps.some((s) => s.action === 'start_vm') ? steps.length - 1 : undefined);
    const walk = [
      'create_vm -> vm#1 root=volume#1',
      'stop_vm vm#1',
      '1| start_vm vm#1',
      '2| create_volume -> volume#2',
    ].map(parseStep);
    const shrinker = shrink(w7Suite(), walk, bug);
    expect(shrinker.lines.every((l) => !l.includes('|'))).toBe(true);
  });

  it('keeps the concurrent steps at the end, whatever it moves', () => {
    const walk = [
      'create_vm -> vm#1 root=volume#1',
      'create_vm -> vm#2 root=volume#2',
      'create_volume -> volume#3',
      '1| attach_volume volume#3 vm#2',
      '2| reboot_vm vm#2',
    ].map(parseStep);
    const shrinker = createShrinker(w7Suite(), walk, { action: 'end', at: 4 });
    let offered = 0;
    for (let [c] = shrinker.next(); c; [c] = shrinker.next()) {
      const first = c.steps.findIndex(({ lane }) => lane);
      if (first >= 0) expect(c.steps.slice(first).every(({ lane }) => lane)).toBe(true);
      offered++;
      shrinker.tell(c.id, { hits: c.steps.length === walk.length && first >= 0 ? 1 : 0, runs: 1 });
    }
    expect(offered).toBeGreaterThan(5);
  });

  it('keeps what the other lane did, wherever it stands beside the step that failed', () => {
    const bug: Bug = (steps) => {
      const crash = steps.findIndex(({ action, lane }) => action === 'reboot_vm' && lane === 1);
      return steps.some(({ action, lane }) => action === 'stop_vm' && lane === 2) && crash >= 0 ? crash : undefined;
    };
    const walk = [
      'create_vm -> vm#1 root=volume#1',
      'create_volume -> volume#2',
      '1| reboot_vm vm#1',
      '2| stop_vm vm#1',
      '1| attach_volume volume#2 vm#1',
    ].map(parseStep);
    const shrinker = createShrinker(w7Suite(), walk, { action: 'reboot_vm', at: 2 });
    for (let [c] = shrinker.next(); c; [c] = shrinker.next()) {
      const at = bug(c.steps);
      shrinker.tell(c.id, { hits: at === undefined ? 0 : 1, runs: 1, ...(at === undefined ? {} : { at }) });
    }
    expect(shrinker.best.map(printStep)).toEqual([
      'create_vm -> vm#1 root=volume#1',
      '2| stop_vm vm#1',
      '1| reboot_vm vm#1',
    ]);
  });

  it('may leave out the last step of a failure that shows at the end only', () => {
    const shrinker = createShrinker(
      w7Suite(),
      ['create_volume -> volume#1', 'create_vm -> vm#1 root=volume#2', 'reboot_vm vm#1'].map(parseStep),
      { action: 'end', at: 2 },
    );
    for (let [c] = shrinker.next(); c; [c] = shrinker.next()) {
      shrinker.tell(c.id, { hits: c.steps.some((s) => s.action === 'create_volume') ? 1 : 0, runs: 1 });
    }
    expect(shrinker.best.map(printStep)).toEqual(['create_volume -> volume#1']);
  });

  it('asks for as many tries as a flaky failure needs', () => {
    expect([1, 0.9, 0.5, 0.3, 0.01].map(triesFor)).toEqual([1, 2, 5, 9, 20]);
    const walk = ['create_vm -> vm#1 root=volume#1', 'reboot_vm vm#1', 'stop_vm vm#1'].map(parseStep);
    const shrinker = createShrinker(w7Suite(), walk, { action: 'stop_vm', at: 2 }, { reliability: 0.3 });
    const [candidate] = shrinker.next();
    expect(candidate).toMatchObject({ tries: 9, hits: 1 });
    if (candidate) shrinker.tell(candidate.id, { hits: 1, runs: 4 });
    expect(shrinker.seen).toEqual({ hits: 1, tries: 4 });
  });

  it('stops at its budget with the best so far', () => {
    const bug = inOrder('snap_vol', 'template', 'detach_volume');
    const walk = failingWalk(w7Suite(), bug, 4);
    const { runs, lines } = shrink(w7Suite(), walk, bug, 1, { budget: 4 });
    expect(runs).toBe(4);
    expect(bug(lines.map(parseStep))).toBeDefined();
  });
});
