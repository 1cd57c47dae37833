/**
 * Bugs planted between a system and the runner: each must be caught, or the oracle is blind. ZStack's robot once had a
 * status check that returned at once, and for twenty months nobody noticed; a hunt with a canary notices in its first batch.
 */
import type { Suite } from '../suite/suite.js';
import type { Failure, FailureKind, Known, Observation, System } from '../types.js';

/** What is planted: a wrong state, a check that fails, a thing left behind, a thing nobody made, a no that became a yes. */
export type Plant = Extract<FailureKind, 'state' | 'check' | 'leak' | 'foreign' | 'action'>;

export const PLANTS: readonly Plant[] = ['state', 'action', 'check', 'leak', 'foreign'];

/** How a planted message begins, so that nobody takes it for the system's. */
export const PLANTED = 'planted by the canary';

/** Steps of a walk that carries a planted bug: it is planted within the first few. */
export const CANARY_STEPS = 12;

/**
 * What can be planted under a suite: a wrong state where states are observed (in shell suites, by `observe`), a failing check
 * where the suite has one that is asked after every step.
 */
export function plantsFor(suite: Suite): readonly Plant[] {
  const { driver, actions, types, checks } = suite;
  const shell = driver === undefined && actions.some(({ run }) => run !== undefined);
  const observes = !shell || types.some(({ observe }) => observe !== undefined);
  const asked = checks.some(({ at, after, every }) => at === 'step' && after === undefined && every === 1);
  return PLANTS.filter((plant) => (plant !== 'check' || asked) && (plant !== 'state' || observes));
}

/** A system that misbehaves from the step `from` on, in one way. Everything else is the system's own. */
export function planted(system: System, plant: Plant, from: number): System {
  let steps = 0;
  const on = () => steps > from;

  return {
    start: (options) => system.start(options),
    act(step) {
      steps++;
      if (plant === 'action' && on()) throw new Error(PLANTED);
      return then(system.act(step), (answer) =>
        answer.states === undefined ? answer : { ...answer, ...lied(answer.states, answer.foreign) },
      );
    },
    observe: (known) => then(system.observe(known), ({ states, foreign }) => lied(states, foreign)),
    check: (name, known, timeoutMs) => (plant === 'check' && on() ? PLANTED : system.check(name, known, timeoutMs)),
    checkAll:
      system.checkAll &&
      ((checks) => (plant === 'check' && on() ? checks.map(() => PLANTED) : (system.checkAll?.(checks) ?? []))),
    stop: (known: readonly Known[]) =>
      then(system.stop(known), ({ leaks }) => ({ leaks: plant === 'leak' ? [PLANTED, ...leaks] : leaks })),
    kill: () => system.kill(),
  };

  function lied(states: Observation, foreign: readonly string[] | undefined) {
    if (!on()) return { states, foreign };
    if (plant === 'foreign') return { states, foreign: [PLANTED, ...(foreign ?? [])] };
    if (plant !== 'state') return { states, foreign };
    const [first] = Object.keys(states);
    return { states: first === undefined ? states : { ...states, [first]: PLANTED }, foreign };
  }
}

/** Whether a failure is the one that was planted. */
export function isCaught(failure: Failure | undefined, plant: Plant): boolean {
  return failure?.kind === plant && failure.message.includes(PLANTED);
}

function then<A, B>(answer: A | Promise<A>, change: (value: A) => B): B | Promise<B> {
  return answer instanceof Promise ? answer.then(change) : change(answer);
}
