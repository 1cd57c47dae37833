/** Draws legal uses of actions: an action by weight, its resources uniformly. An action that fits nothing now is put aside, never wasted. */
import type { Model } from '../model/model.js';
import type { Resource } from '../model/resource.js';
import type { Action } from '../suite/suite.js';
import type { Random } from './random.js';

export interface Use {
  readonly action: Action;
  /** By role; what the model has bound, and with more behind them: copy what is kept. */
  readonly takes: readonly Resource[];
}

export interface Urn {
  /** Undefined when no action is legal. */
  draw(): Use | undefined;
  /** Leaves out actions (`allowed` by index), and makes new things out of nothing rarer: 0 is as ever, 1 is never while there is another choice. */
  narrow(allowed: readonly boolean[] | undefined, thrift: number): void;
}

export function createUrn(actions: readonly Action[], model: Model, random: Random): Urn {
  const weighted = actions.filter((a) => a.weight > 0);
  const order = weighted.slice();
  const alike = weighted.every((a) => a.weight === weighted[0]?.weight);
  let allowed: readonly boolean[] | undefined;
  let thrift = 0;
  // Reused, as a use is looked at before the next is drawn.
  const use = { action: actions[0] as Action, takes: model.frame.roles };

  // `order` has first the actions that may be legal, then those found illegal since the last step: not asked again before the next.
  let legal = order.length;
  let drawnAt = -1;

  const swap = (a: number, b: number): void => {
    const action = order[a] as Action;
    order[a] = order[b] as Action;
    order[b] = action;
  };

  const draw = (strict: boolean): Use | undefined => {
    if (model.steps !== drawnAt) {
      drawnAt = model.steps;
      legal = order.length;
    }
    let left = legal;
    let total = 0;
    if (!alike) for (let i = 0; i < legal; i++) total += order[i]?.weight ?? 0;
    while (left > 0) {
      const n = alike ? random.below(left) : byWeight(order, left, random, total);
      const action = order[n] as Action;
      const skipped =
        strict &&
        ((allowed && !allowed[action.index]) || (thrift > 0 && action.takes.length === 0 && random.chance(thrift)));
      if (!skipped && action.program.bind(model, random)) {
        use.action = action;
        return use;
      }
      left--;
      total -= action.weight;
      swap(n, left);
      if (!skipped) swap(left, --legal);
    }
    return undefined;
  };

  return {
    draw: () => draw(true) ?? (allowed || thrift > 0 ? draw(false) : undefined),
    narrow(only, amount) {
      allowed = only;
      thrift = amount;
    },
  };
}

const FINE = 1 << 20;

function byWeight(order: readonly Action[], left: number, random: Random, total: number): number {
  let z = (random.below(FINE) / FINE) * total;
  for (let i = 0; i < left - 1; i++) {
    z -= order[i]?.weight ?? 0;
    if (z < 0) return i;
  }
  return left - 1;
}
