/**
 * The layers of checks after a step and at the end: observed states, foreign resources, the suite's own checks. What may take
 * a while to become true has a deadline and is looked at again and again; how often that was needed is counted.
 */
import type { Clock } from '../../platform/clock.js';
import type { Model } from '../model/model.js';
import type { Resource } from '../model/resource.js';
import type { Action, Check, Suite } from '../suite/suite.js';
import type { ActAnswer, CheckCall, Handle, Known, Observation, System } from '../types.js';
import { isDue, subjectsOf, type Wrong, wrongState, wrongStrangers, wrongTold } from './compare.js';
import type { Ids } from './ids.js';
import { isLater, later, type Work } from './settle.js';
import type { Tally } from './tally.js';

export interface JudgeParts {
  readonly system: System;
  readonly suite: Suite;
  readonly model: Model;
  readonly ids: Ids;
  readonly tally: Tally;
  readonly clock: Clock;
}

export interface Judge {
  /** Whether what the step told by itself is right, and nothing else has to be asked: most steps of a fast system. */
  agrees(answer: ActAnswer): boolean;
  /** After a step: `answer` is undefined for one that was refused, as it had to be. */
  step(index: number, action: Action, answer: ActAnswer | undefined): Work<Wrong | undefined>;
  /** When the walk is over, before tear-down: everything is looked at, what is gone too. */
  end(): Work<Wrong | undefined>;
  /** After concurrent steps: `explain` makes a model of what is observed, or says what no model can be made of. */
  lanes(known: readonly Known[], settlesMs: number, explain: (seen: Observation) => Explained): Work<Wrong | undefined>;
  /** All that should be there now. */
  live(): Known[];
}

/** Between two looks at what is not yet as it must be: at first, and at most, ms. */
const POLL_MS = 10;
const POLL_MOST_MS = 1_000;

export type Explained = { readonly model: Model } | { readonly wrong: Wrong };

export function createJudge({ system, suite, ids, tally, clock, ...parts }: JudgeParts): Judge {
  let { model } = parts;
  /** Found once, by handle: a resource of the model is the same object to the end. */
  const resources = new Map<Handle, Resource>();
  const stepChecks = suite.checks.filter(({ at }) => at === 'step');
  const endChecks = suite.checks.filter(({ at }) => at === 'end');
  const longestSettling = Math.max(0, ...suite.actions.map(({ settlesMs }) => settlesMs));

  return {
    agrees: ({ states, foreign }) =>
      stepChecks.length === 0 && foreign === undefined && states !== undefined && !wrongTold(states, resourceOf, tally),

    *step(index, action, answer) {
      const wrong = yield* looked(answer, present, action.settlesMs);
      if (wrong) return wrong;
      if (stepChecks.length === 0) return undefined;
      return yield* firstBroken(stepChecks.filter((check) => isDue(check, index, action.index)));
    },

    *end() {
      const wrong = yield* looked(undefined, everyone, longestSettling);
      return wrong ?? (yield* firstBroken(endChecks));
    },

    *lanes(known, settlesMs, explain) {
      const look = function* (): Work<Wrong | undefined> {
        const { states, foreign } = yield* observed(known);
        tally.states += Object.keys(states).length;
        const found = explain(states);
        if ('wrong' in found) return found.wrong;
        model = found.model;
        resources.clear();
        return wrongStrangers(foreign, tally);
      };
      const wrong = yield* look();
      const still = wrong && settlesMs > 0 ? yield* eventually(wrong, settlesMs, look) : wrong;
      return still ?? (yield* firstBroken(stepChecks));
    },

    live: () => model.live().map(knownOf),
  };

  function* firstBroken(checks: readonly Check[]): Work<Wrong | undefined> {
    const calls = system.checkAll && checks.length > 1 ? checks.map(callOf) : undefined;
    const answered = calls && system.checkAll?.(calls);
    const messages = isLater(answered) ? yield* later(answered) : answered;
    if (messages) tally.suite += messages.length;
    for (const [i, check] of checks.entries()) {
      const broken = messages ? yield* awaited(check, wrongCheck(check, messages[i])) : yield* checked(check);
      if (broken) return broken;
    }
    return undefined;
  }

  /** What is there, and what the last step deleted: it must not be there any more. */
  function present(): Resource[] {
    const found: Resource[] = [];
    for (const lists of model.population)
      for (let state = 0; state < lists.length - 1; state++)
        for (const resource of lists[state] ?? []) found.push(resource);
    for (const resource of model.touched) if (resource.state === resource.type.gone) found.push(resource);
    return found;
  }

  function resourceOf(handle: Handle): Resource | undefined {
    const resource = resources.get(handle) ?? model.get(handle);
    if (resource) resources.set(handle, resource);
    return resource;
  }

  function everyone(): Resource[] {
    return model.population.flat(2);
  }

  function knownOf({ handle }: Resource): Known {
    return ids.of(handle);
  }

  function* looked(told: ActAnswer | undefined, whom: () => Resource[], settlesMs: number): Work<Wrong | undefined> {
    const states = told?.states;
    const wrong =
      states === undefined
        ? yield* seen(whom())
        : (wrongTold(states, resourceOf, tally) ?? wrongStrangers(told?.foreign, tally));
    if (wrong === undefined || settlesMs === 0) return wrong;
    return yield* eventually(wrong, settlesMs, () => seen(whom()));
  }

  function* seen(resources: readonly Resource[]): Work<Wrong | undefined> {
    const { states, foreign } = yield* observed(resources.map(knownOf));
    return wrongState(resources, states, tally) ?? wrongStrangers(foreign, tally);
  }

  function* observed(known: readonly Known[]): Work<Awaited<ReturnType<System['observe']>>> {
    const answered = system.observe(known);
    return isLater(answered) ? yield* later(answered) : answered;
  }

  function* checked(check: Check): Work<Wrong | undefined> {
    return yield* awaited(check, yield* asked(check));
  }

  function* asked(check: Check): Work<Wrong | undefined> {
    tally.suite++;
    const { name, known, timeoutMs } = callOf(check);
    const answered = system.check(name, known, timeoutMs);
    return wrongCheck(check, isLater(answered) ? yield* later(answered) : answered);
  }

  function* awaited(check: Check, wrong: Wrong | undefined): Work<Wrong | undefined> {
    if (wrong === undefined || check.withinMs === 0) return wrong;
    return yield* eventually(wrong, check.withinMs, () => asked(check));
  }

  function callOf(check: Check): CheckCall {
    return { name: check.name, known: subjectsOf(check, model, ids), timeoutMs: check.timeoutMs };
  }

  /** Looks again until it is right or the deadline has passed; then what was last seen is what is wrong. */
  function* eventually(first: Wrong, withinMs: number, look: () => Work<Wrong | undefined>): Work<Wrong | undefined> {
    tally.waits++;
    const deadline = clock.now() + withinMs;
    let wrong: Wrong | undefined = first;
    for (
      let pause = POLL_MS;
      wrong !== undefined && clock.now() < deadline;
      pause = Math.min(pause * 2, POLL_MOST_MS)
    ) {
      const ms = Math.min(pause, deadline - clock.now());
      yield* later(new Promise<void>((resolve) => clock.after(ms, resolve)));
      wrong = yield* look();
    }
    return wrong;
  }
}

function wrongCheck({ name }: Check, message: string | undefined): Wrong | undefined {
  return message === undefined ? undefined : { kind: 'check', check: name, message };
}
