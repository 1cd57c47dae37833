/** Every step that is legal now, one by one: for looking ahead where there is little, not for walking. */
import type { Action } from '../suite/suite.js';
import type { Handle, Step } from '../types.js';
import type { Args, Model } from './model.js';

/** Steps of actions that may be chosen, faults left out; `argsFor` gives their parameters. */
export function* legalSteps(model: Model, argsFor: (action: Action) => Args): Generator<Step> {
  for (const action of model.suite.actions) {
    if (action.fault || action.weight === 0 || !model.hasRoom(action)) continue;
    for (const takes of bindings(model, action, {}, 0)) {
      const makes: Record<string, Handle> = {};
      for (const make of action.makes) {
        makes[make.role] = freshHandle(model, `${make.type.name}#1`, Object.values(makes));
      }
      const step: Step = { action: action.name, takes, makes, args: argsFor(action) };
      if (model.objection(step) === undefined) yield step;
    }
  }
}

/** Every way to fill an action's roles, from this one on, with resources in the states that it takes. */
export function* bindings(
  model: Model,
  action: Action,
  bound: Record<string, Handle>,
  role: number,
): Generator<Record<string, Handle>> {
  const take = action.takes[role];
  if (!take) {
    yield bound;
    return;
  }
  for (const s of take.states) {
    for (const r of model.population[take.type.index]?.[s] ?? []) {
      yield* bindings(model, action, { ...bound, [take.role]: r.handle }, role + 1);
    }
  }
}

/** The first free handle of the type that `like` is of. */
export function freshHandle(model: Model, like: Handle, taken: readonly Handle[]): Handle {
  const type = like.slice(0, like.lastIndexOf('#'));
  let n = 1;
  while (model.get(`${type}#${n}`) || taken.includes(`${type}#${n}`)) n++;
  return `${type}#${n}`;
}
