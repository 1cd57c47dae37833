/** Counts what walks did of what the model has: actions, transitions (an action in states), and pairs of those in a row. */
import { createModel } from '../model/model.js';
import { type Action, actionsOf, type Suite } from '../suite/suite.js';
import type { Handle, Step } from '../types.js';
import type { CoverageCount } from './hunt-events.js';

export interface Coverage {
  /** Counts the steps of a walk, in the order that they were taken. */
  note(trace: readonly Step[]): void;
  count(): CoverageCount;
  /** What was covered, by numbers that mean the same for everybody who has this suite. */
  keys(): { readonly transitions: readonly number[]; readonly pairs: readonly number[] };
}

export function createCoverage(suite: Suite): Coverage {
  const actions = actionsOf(suite);
  const taken = new Set<string>();
  const transitions = new Set<number>();
  const pairs = new Set<number>();
  const firstOf = new Map<string, number>();
  let ofTransitions = 0;
  for (const action of suite.actions) {
    firstOf.set(action.name, ofTransitions);
    ofTransitions += combinations(action);
  }

  return {
    note(trace) {
      const model = createModel(suite);
      let last = -1;
      for (const step of trace) {
        const action = actions.get(step.action);
        if (action === undefined || step.refused || step.lane) {
          if (!step.lane) model.apply(step);
          continue;
        }
        taken.add(step.action);
        let place = 0;
        for (const take of action.takes) {
          const state = model.get(step.takes[take.role] as Handle)?.state ?? 0;
          place = place * take.states.length + Math.max(0, take.states.indexOf(state));
        }
        const transition = (firstOf.get(step.action) ?? 0) + place;
        transitions.add(transition);
        if (last >= 0) pairs.add(last * ofTransitions + transition);
        last = transition;
        model.apply(step);
      }
    },
    keys: () => ({ transitions: [...transitions], pairs: [...pairs] }),
    count: () => ({
      actions: taken.size,
      ofActions: suite.actions.length,
      transitions: transitions.size,
      ofTransitions,
      pairs: pairs.size,
    }),
  };
}

/** In how many combinations of states an action may be taken, as far as each role tells by itself. */
function combinations({ takes }: Action): number {
  return takes.reduce((product, { states }) => product * Math.max(1, states.length), 1);
}
