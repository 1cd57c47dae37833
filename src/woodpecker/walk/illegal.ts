/** Steps that are illegal on purpose: what the suite says that the system must refuse. */
import { bindRoles, type Model } from '../model/model.js';
import type { Resource } from '../model/resource.js';
import type { Action, Refusals } from '../suite/suite.js';
import type { Handle, Json, Step } from '../types.js';
import type { Random } from './random.js';
import { makeArgs } from './values.js';

const TRIES = 8;

/** An illegal use of one of `actions` (all of which promise refusals), or undefined when none was found in a few tries. */
export function illegalStep(model: Model, actions: readonly Action[], random: Random): Step | undefined {
  for (let i = 0; i < TRIES; i++) {
    const action = actions[random.below(actions.length)] as Action;
    const refuses = action.refuses as Refusals;
    const ways = waysOf(refuses);
    const way = ways[random.below(ways.length)];
    const step =
      way === 'args' ? badArgs(model, action, refuses, random) : badRoles(model, action, way === 'gone', random);
    if (step && model.objection(step) === undefined) return step;
  }
  return undefined;
}

function waysOf(refuses: Refusals): ('state' | 'gone' | 'when' | 'args')[] {
  const ways: ('state' | 'gone' | 'when' | 'args')[] = [];
  if (refuses.state) ways.push('state');
  if (refuses.gone) ways.push('gone');
  if (refuses.when) ways.push('when');
  if (refuses.args.length > 0) ways.push('args');
  return ways;
}

/** Any resources of the right types; whether they make it illegal, and in a way that was promised, the model tells. */
function badRoles(model: Model, action: Action, gone: boolean, random: Random): Step | undefined {
  const takes: Record<string, Handle> = {};
  const bound: Resource[] = [];
  const odd = random.below(action.takes.length);
  for (const [i, take] of action.takes.entries()) {
    const lists = model.population[take.type.index] ?? [];
    const pool = gone && i === odd ? (lists.at(-1) ?? []) : lists.slice(0, -1).flat();
    const r = pool[random.below(pool.length)];
    if (!r || bound.includes(r)) return undefined;
    bound.push(r);
    takes[take.role] = r.handle;
  }
  bindRoles(model.frame, bound);
  return refused(action, takes, makeArgs(action, model.frame, random));
}

function badArgs(model: Model, action: Action, refuses: Refusals, random: Random): Step | undefined {
  if (!action.program.bind(model, random)) return undefined;
  const takes = Object.fromEntries(action.takes.map((t, i) => [t.role, (model.frame.roles[i] as Resource).handle]));
  const args = makeArgs(action, model.frame, random);
  return refused(action, takes, { ...args, ...refuses.args[random.below(refuses.args.length)] });
}

const refused = (action: Action, takes: Record<string, Handle>, args: Readonly<Record<string, Json>>): Step => ({
  action: action.name,
  takes,
  makes: {},
  args,
  refused: true,
});
