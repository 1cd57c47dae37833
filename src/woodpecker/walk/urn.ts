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

export interface Chooser {
  /** Undefined when no action is legal. */
  draw(): Use | undefined;
}

export interface Urn extends Chooser {
  /**
   * Leaves out actions (`allowed` by index), and makes those that are `thinned` rarer, by default those that make something out
   * of nothing: 0 is as ever, 1 is never while there is another choice.
   */
  narrow(allowed: readonly boolean[] | undefined, thrift: number, thinned?: (action: Action) => boolean): void;
}

export function createUrn(actions: readonly Action[], model: Model, random: Random): Urn {
  return new Shuffled(
    actions.filter((a) => a.weight > 0),
    model,
    random,
  );
}

/** A class, so that all walks run the same code. */
class Shuffled implements Urn {
  /** First the actions that may be legal, then those found illegal since the last step: not asked again before the next. */
  private readonly order: Action[];
  private legal: number;
  private drawnAt: number;
  private readonly alike: boolean;
  private allowed: readonly boolean[] | undefined;
  private thrift: number;
  private thinned: (action: Action) => boolean;
  /** Reused, as a use is looked at before the next is drawn. */
  private readonly use: { action: Action; takes: readonly Resource[] };

  constructor(
    weighted: Action[],
    private readonly model: Model,
    private readonly random: Random,
  ) {
    this.order = weighted;
    this.legal = weighted.length;
    this.drawnAt = -1;
    this.alike = weighted.every((a) => a.weight === weighted[0]?.weight);
    this.allowed = undefined;
    this.thrift = 0;
    this.thinned = outOfNothing;
    this.use = { action: weighted[0] as Action, takes: model.frame.roles };
  }

  draw(): Use | undefined {
    const freely = this.allowed === undefined && this.thrift === 0;
    return freely ? this.drawn(false) : (this.drawn(true) ?? this.drawn(false));
  }

  narrow(allowed: readonly boolean[] | undefined, thrift: number, thinned = outOfNothing): void {
    this.allowed = allowed;
    this.thrift = thrift;
    this.thinned = thinned;
  }

  private drawn(strict: boolean): Use | undefined {
    const { model, random, order, alike } = this;
    if (model.steps !== this.drawnAt) {
      this.drawnAt = model.steps;
      this.legal = order.length;
    }
    let left = this.legal;
    let total = 0;
    if (!alike) for (let i = 0; i < left; i++) total += order[i]?.weight ?? 0;
    while (left > 0) {
      const n = alike ? random.below(left) : byWeight(order, left, random, total);
      const action = order[n] as Action;
      const skipped = strict && this.isSkipped(action);
      if (!skipped && action.program.bind(model, random)) {
        this.use.action = action;
        return this.use;
      }
      left--;
      total -= action.weight;
      swap(order, n, left);
      if (!skipped) swap(order, left, --this.legal);
    }
    return undefined;
  }

  private isSkipped(action: Action): boolean {
    if (this.allowed && !this.allowed[action.index]) return true;
    return this.thrift > 0 && this.thinned(action) && this.random.chance(this.thrift);
  }
}

const outOfNothing = (action: Action): boolean => action.takes.length === 0;

function swap(order: Action[], a: number, b: number): void {
  const action = order[a] as Action;
  order[a] = order[b] as Action;
  order[b] = action;
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
