/** Steps that are illegal on purpose: what the suite says that the system must refuse. */
import { bindRoles, type Model } from '../model/model.js';
import type { Resource } from '../model/resource.js';
import type { Action } from '../suite/suite.js';
import type { Handle, Json, Step } from '../types.js';
import type { Random } from './random.js';
import { makeArgs } from './values.js';

type Way = 'state' | 'gone' | 'when' | 'args';

export interface Illegal {
  /** An illegal use that the system must refuse, of a kind that was seldom tried in this walk; undefined when none is possible now. */
  next(): Step | undefined;
}

/** Illegal uses of `actions`, all of which promise refusals. */
export function createIllegal(model: Model, actions: readonly Action[], random: Random): Illegal {
  const kinds = actions.flatMap((action) => waysOf(action).map((way) => ({ action, way, times: 0 })));
  return {
    next() {
      // Some are possible nearly always, use after delete above all; by chance alone the others would hardly have their turn.
      const order = kinds
        .map((kind) => ({ kind, rank: kind.times + random.below(FINE) / FINE }))
        .toSorted((a, b) => a.rank - b.rank);
      for (const { kind } of order) {
        const step = attempt(model, kind.action, kind.way, random);
        if (!step || model.objection(step) !== undefined) continue;
        kind.times++;
        return step;
      }
      return undefined;
    },
  };
}

const FINE = 1 << 20;

function waysOf({ refuses, takes }: Action): Way[] {
  const ways: Way[] = [];
  if (refuses?.state && takes.length > 0) ways.push('state');
  if (refuses?.gone && takes.length > 0) ways.push('gone');
  if (refuses?.when) ways.push('when');
  if (refuses && refuses.args.length > 0) ways.push('args');
  return ways;
}

const attempt = (model: Model, action: Action, way: Way, random: Random): Step | undefined =>
  way === 'args' ? badArgs(model, action, random) : badRoles(model, action, way, random);

/**
 * One thing is wrong and the rest is right, or else the system may refuse it for another reason than the one that is tried.
 * Whether it is illegal, and in a way that was promised, the model tells.
 */
function badRoles(model: Model, action: Action, way: Exclude<Way, 'args'>, random: Random): Step | undefined {
  const takes: Record<string, Handle> = {};
  const bound: Resource[] = [];
  const odd = way === 'when' ? -1 : random.below(action.takes.length);
  for (const [i, { role, type, allowed }] of action.takes.entries()) {
    const lists = model.population[type.index] ?? [];
    const pool = lists
      .filter((_, s) => (i === odd ? (s === type.gone) === (way === 'gone') && !allowed[s] : allowed[s]))
      .flat();
    const r = pool[random.below(pool.length)];
    if (!r || bound.includes(r)) return undefined;
    bound.push(r);
    takes[role] = r.handle;
  }
  bindRoles(model.frame, bound);
  return refused(action, takes, makeArgs(action, model.frame, random));
}

function badArgs(model: Model, action: Action, random: Random): Step | undefined {
  const bad = action.refuses?.args ?? [];
  if (!action.program.bind(model, random)) return undefined;
  const takes = Object.fromEntries(action.takes.map((t, i) => [t.role, (model.frame.roles[i] as Resource).handle]));
  const args = makeArgs(action, model.frame, random);
  return refused(action, takes, { ...args, ...bad[random.below(bad.length)] });
}

const refused = (action: Action, takes: Record<string, Handle>, args: Readonly<Record<string, Json>>): Step => ({
  action: action.name,
  takes,
  makes: {},
  args,
  refused: true,
});
