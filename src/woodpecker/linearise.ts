/** Whether a concurrent history can be explained: by some order of its steps, each taking effect at once, that the model allows. */
import { type Model, NO_ROOM } from './model/model.js';
import { stateOf } from './suite/suite.js';
import type { Observation, Step } from './types.js';

/** One step of a lane, and when it was under way. Times are of any clock, as long as it is one. */
export interface LaneEvent {
  readonly step: Step;
  readonly outcome: 'done' | 'refused';
  readonly began: number;
  readonly ended: number;
}

/**
 * The model after an order that explains everything: what was done was legal then, what was refused was not, nothing took effect
 * before it began or after it ended, and what was observed in the end is so. Undefined: there is no such order.
 * `model` is as it was before the first of them; it stays so.
 */
export function explain(history: readonly LaneEvent[], model: Model, observed: Observation = {}): Model | undefined {
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
): Model | undefined {
  const heads = lanes.map((lane, i) => lane[at[i] ?? 0]);
  if (heads.every((h) => h === undefined)) return matches(model, observed) ? model : undefined;
  const firstEnd = Math.min(...heads.map((h) => h?.ended ?? Number.POSITIVE_INFINITY));
  for (const [i, event] of heads.entries()) {
    // One that began after another had ended came after it.
    if (!event || event.began > firstEnd) continue;
    const next = after(event, model);
    const found =
      next &&
      search(
        lanes,
        at.map((n, lane) => (lane === i ? n + 1 : n)),
        next,
        observed,
      );
    if (found) return found;
  }
  return undefined;
}

function after({ step, outcome }: LaneEvent, model: Model): Model | undefined {
  const against = model.objection(step);
  // Each lane keeps to the limits by itself; that both together exceed one is nothing the system must prevent.
  const legal = against === undefined || against === NO_ROOM;
  if (outcome === 'refused') return legal && !step.refused ? undefined : model;
  if (!legal || step.refused) return undefined;
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
