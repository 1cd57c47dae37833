/** Whether a concurrent history can be explained: by some order of its steps, each taking effect at once, that the model allows. */
import { type Model, NO_ROOM } from './model/model.js';
import { stateOf } from './suite/suite.js';
import type { Observation, Step } from './types.js';

/** One step of a lane, and when it was under way. Times are of any clock, as long as it is one. */
export interface LaneEvent {
  readonly step: Step;
  /** `failed`: neither done nor refused, but broken. */
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly began: number;
  readonly ended: number;
}

/**
 * An illegal step was done, or failed, and the suite promises no refusal of it: what the system does and is like then, nobody has
 * said. Some steps may be taken twice without harm, and only the suite's author knows which.
 */
export const UNSPECIFIED = 'unspecified';

/**
 * The model after an order that explains everything: what was done was legal then, what was refused was not, nothing took effect
 * before it began or after it ended, and what was observed in the end is so. Undefined: there is no such order. UNSPECIFIED: nor
 * is there one, but some order leads to where the suite says nothing.
 * `model` is as it was before the first of them; it stays so.
 */
export function explain(
  history: readonly LaneEvent[],
  model: Model,
  observed: Observation = {},
): Model | typeof UNSPECIFIED | undefined {
  const lanes = [1, 2].map((lane) =>
    history.filter((e) => (e.step.lane ?? 1) === lane).toSorted((a, b) => a.began - b.began),
  );
  return search(
    lanes,
    lanes.map(() => 0),
    model,
    observed,
  );
}

function search(
  lanes: readonly (readonly LaneEvent[])[],
  at: readonly number[],
  model: Model,
  observed: Observation,
): Model | typeof UNSPECIFIED | undefined {
  const heads = lanes.map((lane, i) => lane[at[i] ?? 0]);
  if (heads.every((h) => h === undefined)) return matches(model, observed) ? model : undefined;
  const firstEnd = Math.min(...heads.map((h) => h?.ended ?? Number.POSITIVE_INFINITY));
  let unsure = false;
  for (const [i, event] of heads.entries()) {
    // One that began after another had ended came after it.
    if (!event || event.began > firstEnd) continue;
    const next = after(event, model);
    const on = at.map((n, lane) => (lane === i ? n + 1 : n));
    const found = next === undefined || next === UNSPECIFIED ? next : search(lanes, on, next, observed);
    if (found === UNSPECIFIED) unsure = true;
    else if (found) return found;
  }
  return unsure ? UNSPECIFIED : undefined;
}

function after({ step, outcome }: LaneEvent, model: Model): Model | typeof UNSPECIFIED | undefined {
  const against = model.objection(step);
  // Each lane keeps to the limits by itself; that both together exceed one is nothing the system must prevent.
  const legal = against === undefined || against === NO_ROOM;
  if (outcome === 'refused') return legal && !step.refused ? undefined : model;
  if (step.refused) return undefined;
  if (!legal) {
    // Undefined where the suite promises the refusal; the same words where the step cannot be bound at all.
    const unpromised = model.objection({ ...step, refused: true });
    return unpromised === undefined || unpromised === against ? undefined : UNSPECIFIED;
  }
  if (outcome === 'failed') return undefined;
  const next = model.clone();
  next.apply(step);
  return next;
}

function matches(model: Model, observed: Observation): boolean {
  for (const [handle, state] of Object.entries(observed)) {
    const r = model.get(handle as keyof Observation);
    if ((r ? stateOf(r) : 'gone') !== state) return false;
  }
  return true;
}
