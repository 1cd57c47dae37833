/** What is probably wrong with a suite that can be used: what can never happen, what is never checked. */
import { createModel, type Model } from '../model/model.js';
import { printStep } from '../step-text.js';
import type { Step } from '../types.js';
import type { Problem } from './problem.js';
import { reachOf } from './reach.js';
import type { Suite } from './suite.js';

export function lintSuite(suite: Suite): Problem[] {
  return [...weights(suite), ...patterns(suite), ...reach(suite), ...checks(suite)];
}

const section = (suite: Suite, name: string): 'actions' | 'faults' =>
  Object.hasOwn(suite.source.actions, name) ? 'actions' : 'faults';

function* weights(suite: Suite): Generator<Problem> {
  const known = new Set(suite.patterns.flatMap(({ steps }) => steps.map(({ action }) => action)));
  for (const { name, weight } of suite.actions) {
    // Kept for the patterns that use it.
    if (weight > 0 || known.has(name)) continue;
    yield {
      message: 'its weight is 0: it is never chosen',
      path: [section(suite, name), name, 'weight'],
      hint: 'patterns can still use it, and none does',
    };
  }
}

function* patterns(suite: Suite): Generator<Problem> {
  for (const { name, steps } of suite.patterns) {
    const found = illegalIn(suite, steps);
    if (found) yield { message: found.message, path: ['patterns', name, found.index] };
  }
  for (const { name, steps } of suite.reproducers) {
    const found = illegalIn(suite, steps);
    if (found) yield { message: `${name}: ${found.message}`, path: ['suite'], hint: 'the suite has changed since' };
  }
}

/** The first step that the model does not allow. Each lane is legal by itself: what one does may forbid what the other does. */
function illegalIn(suite: Suite, steps: readonly Step[]): { index: number; message: string } | undefined {
  const start = createModel(suite);
  const lanes = new Map<1 | 2, Model>();
  for (const [index, step] of steps.entries()) {
    const model = step.lane ? (lanes.get(step.lane) ?? start.clone()) : start;
    if (step.lane) lanes.set(step.lane, model);
    const objection = model.objection(step);
    if (objection) return { index, message: `"${printStep(step)}" is not legal here: ${objection}` };
    model.apply(step);
  }
  return undefined;
}

/** Actions and states that walks never came to; whether they cannot, or were only not met, is part of what is said. */
function* reach(suite: Suite): Generator<Problem> {
  const { actions, states, complete, possible, steps } = reachOf(suite);
  const sampled = `not met in ${steps} steps of walks; there is too much to search it all`;
  for (const action of suite.actions) {
    if (action.weight === 0 || actions.has(action)) continue;
    const proven = complete || !possible.actions.has(action);
    yield {
      message: proven ? 'it is never legal' : 'it seems to be never legal',
      path: [section(suite, action.name), action.name],
      key: true,
      hint: !proven
        ? sampled
        : possible.actions.has(action)
          ? 'its conditions never hold'
          : 'what it takes is never there in these states',
    };
  }
  for (const type of suite.types) {
    for (const [i, state] of type.states.slice(0, -1).entries()) {
      const name = `${type.name}.${state}`;
      if (states.has(name)) continue;
      const proven = complete || !possible.states.has(name);
      yield {
        message: proven ? `no ${type.name} is ever ${state}` : `no ${type.name} seems ever to be ${state}`,
        path: ['resources', type.name, 'states', i],
        hint: !proven
          ? sampled
          : possible.states.has(name)
            ? 'what would leave one so is never legal, or leaves it otherwise'
            : 'no action leaves one so',
      };
    }
    const left = suite.actions.some(
      (a) => a.takes.some((t) => t.type === type) || a.also.some((c) => 'type' in c.from && c.from.type === type),
    );
    if (!left) yield { message: `no action takes a ${type.name}`, path: ['resources', type.name], key: true };
  }
}

function* checks(suite: Suite): Generator<Problem> {
  const shell = suite.driver === undefined && suite.actions.some((a) => a.run !== undefined);
  const observed = suite.types.filter((t) => t.observe !== undefined);
  if (suite.driver === undefined && !shell) {
    yield {
      message: 'nothing runs these actions',
      path: ['actions'],
      key: true,
      hint: 'add driver: COMMAND, or run: COMMAND to each',
    };
  }
  if (shell && observed.length === 0) {
    yield {
      message: 'nothing is observed: only the answers are checked',
      path: ['resources'],
      key: true,
      hint: 'add observe: COMMAND to a resource',
    };
  }
  if (suite.checks.length === 0) {
    yield {
      message: 'there are no checks beside the states',
      path: ['suite'],
      key: true,
      hint: 'add checks: what must always be true',
    };
  }
  for (const check of suite.checks) {
    if (check.after?.size === 0) yield { message: 'it is never due', path: ['checks', check.name, 'after'] };
  }
}
