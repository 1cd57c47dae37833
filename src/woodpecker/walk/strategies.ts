/** How the next step is chosen among what is legal. */
import type { Model } from '../model/model.js';
import type { Resource } from '../model/resource.js';
import type { Action, Suite, Take } from '../suite/suite.js';
import type { Step, Strategy } from '../types.js';
import { createFrontier, useOf } from './frontier.js';
import type { Arm, Memory } from './memory.js';
import type { Random } from './random.js';
import type { Chooser, Urn, Use } from './urn.js';

export interface ChooserParts {
  readonly strategy: Strategy | 'pattern';
  readonly arm: Arm | undefined;
  readonly suite: Suite;
  readonly model: Model;
  readonly urn: Urn;
  readonly memory: Memory;
  readonly random: Random;
}

/** Of how many draws the most novel is taken, and how often the first is taken as it comes. */
const DRAWS = 8;
const AS_IT_COMES = 0.35;
/** Draws that `path` and `fair` choose from. */
const MANY_DRAWS = 16;
/** How much rarer making something out of nothing becomes when a walk keeps to few resources. */
const THRIFT = [0.5, 0.75, 0.9, 0.95] as const;

/**
 * Share of such walks that also end things seldom. What is behind several rare steps on one thing, and then fails only now and then,
 * is met two to four times as often when the thing lives long.
 */
const KEEPING = 0.4;

export function chooserOf(parts: ChooserParts): Chooser {
  const { strategy, arm, suite, urn, memory, random, model } = parts;
  switch (strategy) {
    case 'fair':
      return fair(suite, urn, random);
    case 'path':
      return new Least(urn, random, MANY_DRAWS, 0, memory.pairs);
    case 'swarm':
      // Every other walk is a full one: some failures need every action.
      if (random.chance(0.5)) urn.narrow(half(suite, random), 0);
      else urn.narrow(undefined, thriftOf(random));
      return urn;
    case 'mix':
      if (arm === 'narrow')
        urn.narrow(undefined, thriftOf(random), random.chance(KEEPING) ? changesNumbers : undefined);
      if (arm !== 'novel' && arm !== 'narrow') return everywhere(parts);
      return new Least(urn, random, DRAWS, AS_IT_COMES, (action, takes) => memory.novelty.score(action, takes, model));
    default:
      return urn;
  }
}

/** Least executed first, counted anew in each walk: one long count would starve what makes things. */
function fair(suite: Suite, urn: Urn, random: Random): Chooser {
  const taken = suite.actions.map(() => 0);
  const least = new Least(urn, random, MANY_DRAWS, 0, (action) => (taken[action.index] ?? 0) / action.weight);
  return {
    draw() {
      const use = least.draw();
      if (use) taken[use.action.index] = (taken[use.action.index] ?? 0) + 1;
      return use;
    },
  };
}

/** Uniform where there is so much that nothing comes twice; a search of all there is where there is little. */
function everywhere({ urn, random, memory, model }: ChooserParts): Chooser {
  const { novelty } = memory;
  const frontier = createFrontier(model, novelty);
  let way: readonly Step[] = [];
  const least = new Least(urn, random, DRAWS, 0, (action, takes) => novelty.timesHere(action, takes, model));
  return {
    draw() {
      const [planned, ...rest] = way;
      way = rest;
      // What came in between, a fault or an illegal step, may have changed the world.
      if (planned && model.objection(planned) === undefined) return useOf(model, planned);
      const use = least.draw();
      if (!use || novelty.timesHere(use.action, use.takes, model) === 0) return use;
      const [first, ...further] = frontier.way() ?? [];
      if (!first) return use;
      way = further;
      return useOf(model, first);
    },
  };
}

/** Makes something out of nothing, or ends something. */
function changesNumbers({ takes, leaves, also }: Action): boolean {
  return (
    takes.length === 0 ||
    leaves.some(({ role, possible }) => possible.includes((takes[role] as Take).type.gone)) ||
    also.some(({ type, possible }) => possible.includes(type.gone))
  );
}

const thriftOf = (random: Random): number => THRIFT[random.below(THRIFT.length)] ?? 0;

/** A random half of the actions; what makes something out of nothing always stays. */
function half(suite: Suite, random: Random): boolean[] {
  return suite.actions.map((a) => a.takes.length === 0 || random.chance(0.5));
}

/** Of several draws, the one that scores least; sometimes the first as it comes. */
class Least implements Chooser {
  private readonly best: { action: Action | undefined; takes: Resource[] };

  constructor(
    private readonly urn: Urn,
    private readonly random: Random,
    private readonly draws: number,
    private readonly asItComes: number,
    private readonly score: (action: Action, takes: readonly Resource[]) => number,
  ) {
    this.best = { action: undefined, takes: [] };
  }

  draw(): Use | undefined {
    const { urn, best } = this;
    const first = urn.draw();
    if (!first || (this.asItComes > 0 && this.random.chance(this.asItComes))) return first;
    let least = Number.POSITIVE_INFINITY;
    let use: Use | undefined = first;
    for (let i = 0; use && i < this.draws; i++) {
      if (i > 0) use = urn.draw();
      if (!use) break;
      const worth = this.score(use.action, use.takes);
      if (worth >= least) continue;
      least = worth;
      best.action = use.action;
      for (let role = 0; role < use.action.takes.length; role++) best.takes[role] = use.takes[role] as Resource;
      // Less than never there is not.
      if (worth === 0) break;
    }
    return best.action ? (best as Use) : undefined;
  }
}
