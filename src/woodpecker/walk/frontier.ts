/**
 * A search of all there is, for systems with little in them. Choosing what was done least from here leads back to the start
 * again and again, and a deep state takes for ever; so when all was done here, the model is searched for the nearest that was not.
 */
import { legalSteps } from '../model/legal-steps.js';
import type { Model } from '../model/model.js';
import type { Resource } from '../model/resource.js';
import { type Action, actionNamed } from '../suite/suite.js';
import type { Handle, Step } from '../types.js';
import type { Novelty } from './novelty.js';
import { simplest } from './values.js';

/** Most models looked at for one answer. Where there is more, everything is new anyway. */
const NODES = 48;

export interface Frontier {
  /** The way to the nearest use that was never made in this world, that use included; undefined: none is near. */
  way(): readonly Step[] | undefined;
}

export function createFrontier(model: Model, novelty: Novelty): Frontier {
  let exhausted = false;
  return {
    way() {
      if (exhausted) return undefined;
      const found = search(model, novelty);
      exhausted = found === undefined;
      return found;
    },
  };
}

function search(start: Model, novelty: Novelty): Step[] | undefined {
  const seen = new Set<number>();
  let level: { model: Model; steps: readonly Step[] }[] = [{ model: start, steps: [] }];
  while (level.length > 0) {
    const below: typeof level = [];
    for (const { model, steps } of level) {
      const here = novelty.world(model);
      if (seen.has(here)) continue;
      seen.add(here);
      if (seen.size > NODES) return undefined;
      const legal = [...legalSteps(model, (action) => simplest(action, model))];
      for (const step of legal) {
        const use = useOf(model, step);
        if (novelty.timesHere(use.action, use.takes, model) === 0) return [...steps, step];
      }
      for (const step of legal) {
        const next = model.clone();
        next.apply(step);
        below.push({ model: next, steps: [...steps, step] });
      }
    }
    level = below;
  }
  return undefined;
}

/** A step's action with its resources. */
export function useOf(model: Model, step: Step): { action: Action; takes: Resource[] } {
  const action = actionNamed(model.suite, step.action) as Action;
  const takes: Resource[] = [];
  for (const { role } of action.takes) takes.push(model.get(step.takes[role] as Handle) as Resource);
  return { action, takes };
}
