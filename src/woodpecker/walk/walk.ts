/**
 * Makes up walks. The seed law: (suite digest, ref, strategy, seed, episode) regenerates a trace byte for byte, on any machine. So
 * nothing here looks at what the system answers; what walks learn from each other, they learn from the model.
 */
import { bindRoles, createModel, type Model } from '../model/model.js';
import type { Action, Suite } from '../suite/suite.js';
import type { Step, WalkOrigin } from '../types.js';
import { useOf } from './frontier.js';
import { createIllegal, type Illegal } from './illegal.js';
import { createLanes, type Lanes } from './lanes.js';
import { BLOCK, createMemory, type Memory } from './memory.js';
import { createMutation, type Mutation } from './mutate.js';
import { createRandom, type Random } from './random.js';
import { chooserOf } from './strategies.js';
import { type Chooser, createUrn, type Urn, type Use } from './urn.js';
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
  return strategy === 'pattern'
    ? patternWalk(suite, origin, model)
    : new DrawnWalk(suite, origin, memory, length, random, model);
}

/** A class, so that all walks run the same code. */
class DrawnWalk implements Walk {
  private readonly chooser: Chooser;
  private readonly faults: Urn | undefined;
  private readonly illegal: Illegal | undefined;
  private readonly known: Mutation | undefined;
  private readonly suffix: Lanes | undefined;
  private readonly remembers: boolean;
  private index: number;

  constructor(
    private readonly suite: Suite,
    readonly origin: WalkOrigin,
    private readonly memory: Memory,
    private readonly length: number,
    private readonly random: Random,
    readonly model: Model,
  ) {
    const { strategy, lanes } = origin;
    const { actions, faults, refusing } = partsOf(suite);
    const urn = createUrn(actions, model, random);
    this.faults = faults.length > 0 && suite.walk.faulty > 0 ? createUrn(faults, model, random) : undefined;
    this.illegal = refusing.length > 0 && suite.walk.illegal > 0 ? createIllegal(model, refusing, random) : undefined;
    const arm = strategy === 'mix' ? memory.chooseArm(random) : undefined;
    this.chooser = chooserOf({ strategy, arm, suite, model, urn, memory, random });
    this.known = strategy === 'replay' || arm === 'known' ? createMutation(suite, model, random) : undefined;
    this.suffix = lanes === 2 ? createLanes({ suite, model, random, length }) : undefined;
    this.remembers = learns(strategy);
    this.index = 0;
  }

  next(): Step | undefined {
    const { suite, model, random, suffix } = this;
    if (this.index >= this.length) return undefined;
    if (suffix && this.index >= suffix.from) {
      this.index++;
      return suffix.next();
    }
    const { when } = suite.exit;
    if (this.index > 0 && when.length > 0 && when.every((c) => c.holds(model.frame))) return undefined;
    this.index++;
    const mutated = this.known?.next();
    if (mutated) return this.repeated(mutated);
    if (this.illegal && random.chance(suite.walk.illegal)) {
      const step = this.illegal.next();
      if (step) {
        model.apply(step);
        return step;
      }
    }
    const fault = this.faults && random.chance(suite.walk.faulty) ? this.faults.draw() : undefined;
    const use = fault ?? this.chooser.draw();
    return use && this.taken(use);
  }

  private taken({ action, takes }: Use): Step {
    const { model, random } = this;
    const { frame } = model;
    if (takes !== frame.roles) bindRoles(frame, takes);
    const args = makeArgs(action, frame, random);
    if (this.remembers) this.memory.note(action, takes, model);
    return model.perform(action, args);
  }

  /** A step of a known sequence; some are there to be refused. */
  private repeated(step: Step): Step {
    const { model } = this;
    if (!step.refused && this.remembers) {
      const { action, takes } = useOf(model, step);
      this.memory.note(action, takes, model);
    }
    model.apply(step);
    return step;
  }
}

interface Parts {
  readonly actions: readonly Action[];
  readonly faults: readonly Action[];
  /** Actions that may be used where they must be refused. */
  readonly refusing: readonly Action[];
}

const parts = new WeakMap<Suite, Parts>();
/** What walks choose from: found once. */
function partsOf(suite: Suite): Parts {
  let found = parts.get(suite);
  if (found === undefined) {
    const weighted = suite.actions.filter((a) => a.weight > 0);
    found = {
      actions: weighted.filter((a) => !a.fault),
      faults: weighted.filter((a) => a.fault),
      refusing: weighted.filter((a) => a.refuses && (a.takes.length > 0 || a.refuses.args.length > 0)),
    };
    parts.set(suite, found);
  }
  return found;
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
