/**
 * Makes up walks. The seed law: (suite digest, ref, strategy, seed, episode) regenerates a trace byte for byte, on any machine. So
 * nothing here looks at what the system answers; what walks learn from each other, they learn from the model.
 */
import { bindRoles, createModel, type Model } from '../model/model.js';
import type { Resource } from '../model/resource.js';
import type { Action, Suite } from '../suite/suite.js';
import { actionNamed } from '../suite/suite.js';
import type { Handle, Step, WalkOrigin } from '../types.js';
import { illegalStep } from './illegal.js';
import { createLanes } from './lanes.js';
import { BLOCK, createMemory, type Memory } from './memory.js';
import { createMutation } from './mutate.js';
import { createRandom } from './random.js';
import { type Chooser, chooserOf } from './strategies.js';
import { createUrn } from './urn.js';
import { makeArgs } from './values.js';

export interface Walk {
  readonly origin: WalkOrigin;
  /** As it should be after the steps so far. In the concurrent suffix it stays as it was before it. */
  readonly model: Model;
  next(): Step | undefined;
}

export interface Walks {
  /** The walk of an episode, from its start. A walk that was left early is finished in the model first. */
  walk(episode: number): Walk;
}

/** Everything of a WalkOrigin but the episode. */
export type HuntOrigin = Omit<WalkOrigin, 'episode'>;

export function createWalks(suite: Suite, hunt: HuntOrigin): Walks {
  const memory = createMemory(suite);
  let current: Walk | undefined;
  let next = 0;

  const begin = (episode: number): Walk => {
    if (learns(hunt.strategy) && episode % BLOCK === 0) memory.forget();
    next = episode + 1;
    current = createWalk(suite, originOf(hunt, episode), memory);
    return current;
  };
  const finish = (): void => {
    while (current?.next()) {
      // The rest of the walk only has to be remembered.
    }
  };
  return {
    walk(episode) {
      const warm = episode === next && episode % BLOCK !== 0;
      if (learns(hunt.strategy) && warm) finish();
      else if (learns(hunt.strategy)) {
        for (let e = episode - (episode % BLOCK); e < episode; e++) {
          begin(e);
          finish();
        }
      }
      return begin(episode);
    },
  };
}

/** The whole trace of an origin. */
export function regenerate(suite: Suite, origin: WalkOrigin): Step[] {
  const walk = createWalks(suite, origin).walk(origin.episode);
  const steps: Step[] = [];
  for (let step = walk.next(); step; step = walk.next()) steps.push(step);
  return steps;
}

/** Written out, so that the origins of all walks have one shape: copied property by property, each would have its own. */
function originOf(hunt: HuntOrigin, episode: number): WalkOrigin {
  const { suite, digest, ref, strategy, pattern, seed, length, lanes } = hunt;
  return { suite, digest, ref, strategy, pattern, seed, episode, length, lanes };
}

/** Strategies whose walks depend on those before them. */
const learns = (strategy: WalkOrigin['strategy']): boolean => strategy === 'mix' || strategy === 'path';

function createWalk(suite: Suite, origin: WalkOrigin, memory: Memory): Walk {
  const { digest, ref = '', strategy, pattern = '', seed, episode, lanes = 1 } = origin;
  const length = Math.min(origin.length, 200);
  const random = createRandom('walk', digest, ref, strategy, pattern, seed, episode, length, lanes);
  // Only `mix` chooses by how resources came to be.
  const model = createModel(suite, { remembers: strategy === 'mix' });
  if (strategy === 'pattern') return patternWalk(suite, origin, model);
  const urn = createUrn(
    suite.actions.filter((a) => !a.fault),
    model,
    random,
  );
  const faults = suite.actions.filter((a) => a.fault && a.weight > 0);
  const faultUrn = createUrn(faults, model, random);
  const refusing = suite.actions.filter(
    (a) => a.weight > 0 && a.refuses && (a.takes.length > 0 || a.refuses.args.length > 0),
  );
  const illegal = refusing.length > 0 ? suite.walk.illegal : 0;
  const faulty = faults.length > 0 ? suite.walk.faulty : 0;
  const arm = strategy === 'mix' ? memory.chooseArm(random) : undefined;
  const chooser: Chooser = chooserOf({ strategy, arm, suite, model, urn, memory, random });
  const known = strategy === 'replay' || arm === 'known' ? createMutation(suite, model, random) : undefined;
  const suffix = lanes === 2 ? createLanes({ suite, model, random, length }) : undefined;
  const remember = learns(strategy);
  let index = 0;

  const take = (action: Action, takes: readonly Resource[]): Step => {
    const { frame } = model;
    if (takes !== frame.roles) bindRoles(frame, takes);
    const args = makeArgs(action, frame, random);
    if (remember) memory.note(action, takes, model);
    return model.perform(action, args);
  };

  return {
    origin,
    model,
    next() {
      if (index >= length) return undefined;
      if (suffix && index >= suffix.from) {
        index++;
        return suffix.next();
      }
      if (index > 0 && suite.exit.when.length > 0 && suite.exit.when.every((c) => c.holds(model.frame)))
        return undefined;
      index++;
      const mutated = known?.next();
      if (mutated) {
        const action = actionNamed(suite, mutated.action) as Action;
        if (!mutated.refused) {
          const takes = action.takes.map((t) => model.get(mutated.takes[t.role] as Handle) as Resource);
          if (remember) memory.note(action, takes, model);
        }
        model.apply(mutated);
        return mutated;
      }
      if (illegal > 0 && random.chance(illegal)) {
        const step = illegalStep(model, refusing, random);
        if (step) {
          model.apply(step);
          return step;
        }
      }
      const use = (faulty > 0 && random.chance(faulty) ? faultUrn.draw() : undefined) ?? chooser.choose();
      return use && take(use.action, use.takes);
    },
  };
}

function patternWalk(suite: Suite, origin: WalkOrigin, model: Model): Walk {
  const steps = suite.patterns.find((p) => p.name === origin.pattern)?.steps ?? [];
  let index = 0;
  return {
    origin,
    model,
    next() {
      const step = steps[index++];
      if (step && !step.lane) model.apply(step);
      return step;
    },
  };
}
