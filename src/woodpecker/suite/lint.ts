/** What is probably wrong with a suite that can be used: what can never happen, what is never checked. */
import { createModel } from '../model/model.js';
import { printStep } from '../step-text.js';
import { createWalks } from '../walk/walk.js';
import type { Problem } from './problem.js';
import { type Suite, stateOf } from './suite.js';

/** Walks taken in the model to see what can be reached; a few thousand steps, some tens of milliseconds. */
const WALKS = 16;

export function lintSuite(suite: Suite): Problem[] {
  return [...weights(suite), ...patterns(suite), ...reach(suite), ...checks(suite)];
}

const section = (suite: Suite, name: string): 'actions' | 'faults' =>
  suite.source.actions[name] ? 'actions' : 'faults';

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
    const model = createModel(suite);
    for (const [i, step] of steps.entries()) {
      const objection = model.objection(step);
      if (objection) {
        yield { message: `"${printStep(step)}" is not legal here: ${objection}`, path: ['patterns', name, i] };
        break;
      }
      model.apply(step);
    }
  }
}

/** Actions and states that long walks over all strategies never came to. */
function* reach(suite: Suite): Generator<Problem> {
  const taken = new Set<string>();
  const states = new Set<string>();
  for (const strategy of ['mix', 'swarm'] as const) {
    const walks = createWalks(suite, { suite: suite.name, digest: suite.digest, strategy, seed: 1, length: 200 });
    for (let episode = 0; episode < WALKS; episode++) {
      const walk = walks.walk(episode);
      for (const r of walk.model.live()) states.add(`${r.type.name}.${stateOf(r)}`);
      for (let step = walk.next(); step; step = walk.next()) {
        if (!step.refused) taken.add(step.action);
        for (const r of walk.model.touched) states.add(`${r.type.name}.${stateOf(r)}`);
      }
    }
  }
  for (const { name, weight } of suite.actions) {
    if (weight === 0 || taken.has(name)) continue;
    yield {
      message: 'it was never legal in thousands of steps',
      path: [section(suite, name), name],
      key: true,
      hint: 'what it takes is never there in these states',
    };
  }
  for (const type of suite.types) {
    for (const [i, state] of type.states.slice(0, -1).entries()) {
      if (states.has(`${type.name}.${state}`)) continue;
      yield {
        message: `no ${type.name} is ever ${state}`,
        path: ['resources', type.name, 'states', i],
        hint: 'no action leaves one so',
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
