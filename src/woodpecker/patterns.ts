/**
 * Patterns from a model: sequences that cover every pair of (an action in states), one after another on the same resource, that the
 * model allows. What people write down as established behaviour covers far less.
 */
import { bindRoles, createModel, type Model } from './model/model.js';
import type { Resource } from './model/resource.js';
import type { Action, Pattern, Suite } from './suite/suite.js';
import type { Handle, Step } from './types.js';
import { createRandom, type Random } from './walk/random.js';
import { createUrn } from './walk/urn.js';
import { makeArgs } from './walk/values.js';

export interface DerivedPatterns {
  readonly patterns: readonly Pattern[];
  /** Pairs of an action in states and the next on one of the same resources. */
  readonly covered: number;
}

/** Longest pattern; walks tried in a row without a new pair before it is enough; draws of which the best is taken. */
const LENGTH = 30;
const VAIN = 60;
const DRAWS = 24;

export function derivePatterns(suite: Suite, options: { readonly length?: number } = {}): DerivedPatterns {
  const length = options.length ?? LENGTH;
  const covered = new Set<string>();
  const patterns: Pattern[] = [];
  for (let walk = 0, vain = 0; vain < VAIN; walk++) {
    const { steps, fresh } = greedy(suite, covered, length, createRandom('pairs', suite.digest, walk));
    vain = fresh.size === 0 ? vain + 1 : 0;
    if (fresh.size === 0) continue;
    for (const pair of fresh) covered.add(pair);
    patterns.push({ name: `pairs_${String(patterns.length + 1).padStart(2, '0')}`, steps });
  }
  const needed = thinned(suite, patterns);
  return { patterns: needed, covered: covered.size };
}

/** A walk that goes for pairs not covered yet, up to the last step that brought one. */
function greedy(
  suite: Suite,
  covered: ReadonlySet<string>,
  length: number,
  random: Random,
): { steps: Step[]; fresh: Set<string> } {
  const model = createModel(suite);
  const urn = createUrn(
    suite.actions.filter((a) => !a.fault),
    model,
    random,
  );
  const last = new Map<Resource, string>();
  const steps: Step[] = [];
  const fresh = new Set<string>();
  let useful = 0;
  while (steps.length < length) {
    let best: { action: Action; takes: Resource[] } | undefined;
    let most = -1;
    for (let i = 0; i < DRAWS; i++) {
      const use = urn.draw();
      if (!use) break;
      const takes = use.takes.slice(0, use.action.takes.length);
      const gain = pairsOf(use.action, takes, last).filter((p) => !covered.has(p) && !fresh.has(p)).length;
      if (gain <= most) continue;
      most = gain;
      best = { action: use.action, takes };
    }
    if (!best) break;
    const { action, takes } = best;
    for (const pair of pairsOf(action, takes, last)) if (!covered.has(pair)) fresh.add(pair);
    const here = useOf(action, takes);
    steps.push(stepOf(model, action, takes, random));
    for (const r of model.touched) last.set(r, here);
    if (most > 0) useful = steps.length;
  }
  return { steps: steps.slice(0, useful), fresh };
}

const useOf = (action: Action, takes: readonly Resource[]): string =>
  `${action.name}(${takes.map((r) => r.type.states[r.state]).join(',')})`;

function pairsOf(action: Action, takes: readonly Resource[], last: ReadonlyMap<Resource, string>): string[] {
  const here = useOf(action, takes);
  const before = new Set(takes.flatMap((r) => last.get(r) ?? []));
  return [...(before.size > 0 ? before : ['start'])].map((use) => `${use} ${here}`);
}

function stepOf(model: Model, action: Action, takes: readonly Resource[], random: Random): Step {
  bindRoles(model.frame, takes);
  const args = makeArgs(action, model.frame, random);
  return model.perform(action, args);
}

/** Without the patterns whose pairs all stand in others. */
function thinned(suite: Suite, patterns: readonly Pattern[]): Pattern[] {
  const pairs = patterns.map((p) => pairsIn(suite, p.steps));
  const times = new Map<string, number>();
  for (const set of pairs) for (const pair of set) times.set(pair, (times.get(pair) ?? 0) + 1);
  return patterns.filter((_, i) => {
    const mine = [...(pairs[i] ?? [])];
    if (mine.some((pair) => times.get(pair) === 1)) return true;
    for (const pair of mine) times.set(pair, (times.get(pair) ?? 0) - 1);
    return false;
  });
}

/** The pairs that a sequence of legal steps covers. */
export function pairsIn(suite: Suite, steps: readonly Step[]): Set<string> {
  const model = createModel(suite);
  const last = new Map<Resource, string>();
  const found = new Set<string>();
  for (const step of steps) {
    const action = suite.actions.find((a) => a.name === step.action);
    const takes = action?.takes.flatMap((t) => model.get(step.takes[t.role] as Handle) ?? []) ?? [];
    if (action && !step.refused) for (const pair of pairsOf(action, takes, last)) found.add(pair);
    const here = action ? useOf(action, takes) : '';
    model.apply(step);
    for (const r of model.touched) last.set(r, here);
  }
  return found;
}
