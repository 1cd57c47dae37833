/** Steps near a known sequence: a pattern or a reproducer with steps left out, repeated or put in between, until nothing of it is left. */
import type { Model } from '../model/model.js';
import { actionNamed, type Suite } from '../suite/suite.js';
import type { Step } from '../types.js';
import type { Random } from './random.js';

export interface Mutation {
  /** Undefined: let the walk choose this one by itself. */
  next(): Step | undefined;
}

/** Chances, per step of the pattern: left out, done twice, one of the walk's own put in before it. */
const SKIP = 0.08;
const TWICE = 0.08;
const INSERT = 0.2;

export function createMutation(suite: Suite, model: Model, random: Random): Mutation {
  // What walks never choose, they do not take from patterns either.
  const known = [...suite.patterns, ...suite.reproducers].filter(({ steps }) =>
    steps.every(({ action }) => (actionNamed(suite, action)?.weight ?? 0) > 0),
  );
  const pattern = known[random.below(Math.max(1, known.length))];
  // Handles of the pattern's resources in this walk: what it made under one number, the walk makes under another.
  const renamed = new Map<string, string>();
  for (const r of model.live()) renamed.set(r.handle, r.handle);
  let at = 0;
  let again = false;

  const rename = (step: Step): Step | undefined => {
    const takes: Record<string, Step['takes'][string]> = {};
    for (const role in step.takes) {
      const handle = renamed.get(step.takes[role] as string);
      if (!handle) return undefined;
      takes[role] = handle as Step['takes'][string];
    }
    const makes: Record<string, Step['makes'][string]> = {};
    for (const role in step.makes) makes[role] = nextHandle(model, step.makes[role] as string, Object.values(makes));
    const { lane: _, ...rest } = step;
    return { ...rest, takes, makes };
  };

  return {
    next() {
      if (random.chance(INSERT)) return undefined;
      while (pattern && at < pattern.steps.length) {
        const original = pattern.steps[at] as Step;
        if (!again && random.chance(SKIP)) {
          at++;
          continue;
        }
        const step = rename(original);
        again = !again && random.chance(TWICE);
        if (!again) at++;
        if (!step || model.objection(step) !== undefined) continue;
        for (const role in step.makes) renamed.set(original.makes[role] as string, step.makes[role] as string);
        return step;
      }
      return undefined;
    },
  };
}

function nextHandle(model: Model, like: string, taken: readonly string[]): Step['makes'][string] {
  const type = like.slice(0, like.lastIndexOf('#'));
  let n = 1;
  while (model.get(`${type}#${n}`) || taken.includes(`${type}#${n}`)) n++;
  return `${type}#${n}`;
}
