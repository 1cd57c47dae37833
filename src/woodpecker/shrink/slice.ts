/**
 * The steps that a failure can depend on, as far as the model knows: guesses, the boldest first, each verified by one run. What
 * it takes to make the failing step legal; to bring what it takes, and what those came from, into being in roughly the same way
 * and into the same states; in just the same way; with as much pointing at each of them; everything that ever touched one of
 * them; everything about resources of the same types.
 */
import { createModel } from '../model/model.js';
import type { Resource } from '../model/resource.js';
import { typeOf } from '../step-text.js';
import type { Handle, Step } from '../types.js';
import { type Goal, guiseOf, repair } from './legal.js';

export function* slices(goal: Goal, steps: readonly Step[]): Generator<Step[]> {
  if (!goal.anchored || steps.length === 0) return;
  const near = kinOf(goal, steps);
  const touching = repair(
    goal,
    steps.filter((_, i) => i === steps.length - 1 || near.steps.has(i)),
  );
  if (!touching) return;
  const states = guiseOf(goal.suite, steps);
  const thinned = (portrait: (candidate: readonly Step[]) => string): Step[] => {
    const wanted = portrait(touching);
    return thin(goal, touching, (candidate) => {
      const whole = repair(goal, candidate, states)?.length === candidate.length;
      return whole && portrait(candidate) === wanted;
    });
  };
  const alike = (picture: Picture): Step[] =>
    thinned((candidate) => portraitOf(goal, candidate, near.handles, picture));
  yield alike(() => '');
  yield thinned(descentIn(goal, touching, near.handles));
  yield alike(origins);
  yield alike(surroundings);
  yield touching;
  const kinds = typesIn(steps.at(-1));
  const akin = repair(
    goal,
    steps.filter((step) => typesIn(step).every((t) => kinds.includes(t))),
  );
  if (akin) yield akin;
}

/** The failing step's resources, what they were made from, and so on; and the steps that touched any of these. */
function kinOf({ suite }: Goal, steps: readonly Step[]): { handles: Set<Handle>; steps: Set<number> } {
  const model = createModel(suite);
  const madeFrom = new Map<Handle, readonly Handle[]>();
  const touched: Handle[][] = [];
  const links = new Map<Handle, readonly Handle[]>();
  for (const [i, step] of steps.entries()) {
    const takes = Object.values(step.takes);
    const makes = Object.values(step.makes);
    for (const made of makes) madeFrom.set(made, [...takes, ...makes.filter((m) => m !== made)]);
    // As they are before the failing step: it may undo the very link that matters.
    if (i === steps.length - 1) {
      for (const r of model.population.flat(2))
        links.set(
          r.handle,
          r.links.flatMap((target) => target?.handle ?? []),
        );
    }
    model.apply(step);
    touched.push(model.touched.map((r) => r.handle));
  }
  const handles = new Set<Handle>();
  const visit = (handle: Handle): void => {
    if (handles.has(handle)) return;
    handles.add(handle);
    for (const parent of madeFrom.get(handle) ?? []) visit(parent);
    for (const target of links.get(handle) ?? []) visit(target);
  };
  for (const handle of Object.values(steps.at(-1)?.takes ?? {})) visit(handle);
  const found = new Set<number>();
  // What made the other resources of a step that stays must stay too, or the step falls with it.
  const needed = new Set<Handle>(handles);
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i] as Step;
    const makes = Object.values(step.makes);
    if (!touched[i]?.some((h) => handles.has(h)) && !makes.some((h) => needed.has(h))) continue;
    found.add(i);
    for (const handle of Object.values(step.takes)) needed.add(handle);
  }
  return { handles, steps: found };
}

/** Takes out steps, from the last on, as long as `keeps` holds. */
function thin(goal: Goal, steps: readonly Step[], keeps: (candidate: readonly Step[]) => boolean): Step[] {
  let best = steps.slice();
  for (let round = 0; round < 3; round++) {
    const before = best.length;
    for (let i = best.length - 2; i >= 0; i--) {
      const repaired = repair(goal, best.toSpliced(i, 1));
      if (repaired && keeps(repaired)) {
        best = repaired;
        i = Math.min(i, best.length - 1);
      }
    }
    if (best.length === before) break;
  }
  return best;
}

const typesIn = (step: Step | undefined): string[] =>
  step ? [...Object.values(step.takes), ...Object.values(step.makes)].map(typeOf) : [];

type Picture = (r: Resource) => string;

/** What the model says of these resources before the last step. */
function portraitOf({ suite }: Goal, steps: readonly Step[], handles: ReadonlySet<Handle>, picture: Picture): string {
  const model = createModel(suite);
  for (const step of steps.slice(0, -1)) model.apply(step);
  return [...handles]
    .map((handle) => {
      const r = model.get(handle);
      return r ? picture(r) : '';
    })
    .join(';');
}

/**
 * How these resources came to be and how they ended, roughly: what made each, of what, in which states, and whether anything
 * pointed at that, beside others that were made of it in the same way. Nothing is said of what was gone in the end, nor of how the
 * failing step's own are before it: that is its guise.
 */
function descentIn(
  { suite }: Goal,
  whole: readonly Step[],
  handles: ReadonlySet<Handle>,
): (steps: readonly Step[]) => string {
  const own = new Set(Object.values(whole.at(-1)?.takes ?? {}));
  const end = createModel(suite);
  for (const step of whole.slice(0, -1)) end.apply(step);
  const alive = new Set(end.live().map((r) => r.handle));
  const left = [...handles].filter((handle) => alive.has(handle) && !own.has(handle));
  return (steps) => {
    const model = createModel(suite);
    const made = new Map<Handle, string>();
    for (const step of steps.slice(0, -1)) {
      const kinds = Object.values(step.makes).map(typeOf);
      const of = Object.values(step.takes).map((handle) => roughly(model.get(handle), kinds));
      for (const handle of Object.values(step.makes)) made.set(handle, `${step.action}(${of.join()})`);
      model.apply(step);
    }
    const births = [...handles].map((handle) => made.get(handle) ?? '-');
    const ends = left.map((handle) => outline(model.get(handle)));
    return [...births, ...ends].join(';');
  };
}

const outline = (r: Resource | undefined): string => (r ? [r.state, ...r.attributes].join(',') : '');
const roughly = (r: Resource | undefined, siblings: readonly string[]): string =>
  r
    ? `${outline(r)}/${r.pointing.map((list) => (list.some((p) => !siblings.includes(p.type.name)) ? 1 : 0)).join('')}`
    : '';

const origins: Picture = (r) => [r.state, r.origin, ...r.attributes, ...r.links.map((l) => l?.handle ?? '-')].join(',');
const surroundings: Picture = (r) => [origins(r), ...r.pointing.map((p) => Math.min(p.length, MANY))].join(',');

/** Counts above this are alike. */
const MANY = 8;
