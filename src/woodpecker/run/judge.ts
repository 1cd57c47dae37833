/**
 * The layers of checks after a step and at the end: observed states, foreign resources, the suite's own checks. What may take
 * a while to become true has a deadline and is looked at again and again; how often that was needed is counted.
 */
import type { Clock } from '../../platform/clock.js';
import { UNSPECIFIED } from '../linearise.js';
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

/**
 * What the layers work on. They are functions beside it and not within: a generator function made anew for each walk costs more
 * than the walk's other work together, and keeps all of it alive until the next full collection.
 */
export interface Judge extends JudgeParts {
  /** As the suite says it should be now; after concurrent steps, as an order of them makes it. */
  model: Model;
  /** Concurrent steps led to where the suite says nothing: there is no model any more to compare with. */
  lost: boolean;
  /** Found once, by handle: a resource of the model is the same object to the end. */
  readonly resources: Map<Handle, Resource>;
  readonly stepChecks: readonly Check[];
  readonly endChecks: readonly Check[];
  readonly longestSettling: number;
  readonly resourceOf: (handle: Handle) => Resource | undefined;
}

/** Between two looks at what is not yet as it must be: at first, and at most, ms. */
const POLL_MS = 10;
const POLL_MOST_MS = 1_000;

export type Explained = { readonly model: Model } | { readonly wrong: Wrong } | typeof UNSPECIFIED;

export function createJudge({ system, suite, model, ids, tally, clock }: JudgeParts): Judge {
  const resources = new Map<Handle, Resource>();
  const judge: Judge = {
    system,
    suite,
    model,
    ids,
    tally,
    clock,
    lost: false,
    resources,
    stepChecks: suite.checks.filter(({ at }) => at === 'step'),
    endChecks: suite.checks.filter(({ at }) => at === 'end'),
    longestSettling: Math.max(0, ...suite.actions.map(({ settlesMs }) => settlesMs)),
    resourceOf(handle) {
      const resource = resources.get(handle) ?? judge.model.get(handle);
      if (resource) resources.set(handle, resource);
      return resource;
    },
  };
  return judge;
}

/** Whether what the step told by itself is right, and nothing else has to be asked: most steps of a fast system. */
export function agrees({ stepChecks, resourceOf, tally }: Judge, { states, foreign }: ActAnswer): boolean {
  return (
    stepChecks.length === 0 && foreign === undefined && states !== undefined && !wrongTold(states, resourceOf, tally)
  );
}

/** After a step: `answer` is undefined for one that was refused, as it had to be. */
export function* judgeStep(
  judge: Judge,
  index: number,
  action: Action,
  answer: ActAnswer | undefined,
): Work<Wrong | undefined> {
  const wrong = yield* looked(judge, answer, present, action.settlesMs);
  if (wrong) return wrong;
  if (judge.stepChecks.length === 0) return undefined;
  return yield* firstBroken(
    judge,
    judge.stepChecks.filter((check) => isDue(check, index, action.index)),
  );
}

/** When the walk is over, before tear-down: everything is looked at, what is gone too. */
export function* judgeEnd(judge: Judge): Work<Wrong | undefined> {
  if (judge.lost) return undefined;
  const wrong = yield* looked(judge, undefined, everyone, judge.longestSettling);
  return wrong ?? (yield* firstBroken(judge, judge.endChecks));
}

/** After concurrent steps: `explain` makes a model of what is observed, or says what no model can be made of. */
export function* judgeLanes(
  judge: Judge,
  known: readonly Known[],
  settlesMs: number,
  explain: (seen: Observation) => Explained,
): Work<Wrong | undefined> {
  const look = (): Work<Wrong | undefined> => explainedNow(judge, known, explain);
  const wrong = yield* look();
  const still = wrong && settlesMs > 0 ? yield* eventually(judge, wrong, settlesMs, look) : wrong;
  if (judge.lost) return undefined;
  return still ?? (yield* firstBroken(judge, judge.stepChecks));
}

/** All that should be there now. */
export function livingOf({ model, ids }: Judge): Known[] {
  return model.live().map(ids.ofResource);
}

function* explainedNow(
  judge: Judge,
  known: readonly Known[],
  explain: (seen: Observation) => Explained,
): Work<Wrong | undefined> {
  const { states, foreign } = yield* observed(judge, known);
  judge.tally.states += Object.keys(states).length;
  const found = explain(states);
  if (found === UNSPECIFIED) {
    judge.lost = true;
    return undefined;
  }
  if ('wrong' in found) return found.wrong;
  judge.model = found.model;
  judge.resources.clear();
  return wrongStrangers(foreign, judge.tally);
}

function* firstBroken(judge: Judge, checks: readonly Check[]): Work<Wrong | undefined> {
  const { system, tally } = judge;
  const calls = system.checkAll && checks.length > 1 ? checks.map((check) => callOf(judge, check)) : undefined;
  const answered = calls && system.checkAll?.(calls);
  const messages = isLater(answered) ? yield* later(answered) : answered;
  if (messages) tally.suite += messages.length;
  for (const [i, check] of checks.entries()) {
    const broken = messages
      ? yield* awaited(judge, check, wrongCheck(check, messages[i]))
      : yield* awaited(judge, check, yield* asked(judge, check));
    if (broken) return broken;
  }
  return undefined;
}

/** What is there, and what the last step deleted: it must not be there any more. */
function present({ model }: Judge): Resource[] {
  const found = model.live();
  for (const resource of model.touched) if (resource.state === resource.type.gone) found.push(resource);
  return found;
}

const everyone = ({ model }: Judge): Resource[] => model.everyone();

function* looked(
  judge: Judge,
  told: ActAnswer | undefined,
  whom: (judge: Judge) => Resource[],
  settlesMs: number,
): Work<Wrong | undefined> {
  const states = told?.states;
  const wrong =
    states === undefined
      ? yield* seen(judge, whom(judge))
      : (wrongTold(states, judge.resourceOf, judge.tally) ?? wrongStrangers(told?.foreign, judge.tally));
  if (wrong === undefined || settlesMs === 0) return wrong;
  return yield* eventually(judge, wrong, settlesMs, () => seen(judge, whom(judge)));
}

function* seen(judge: Judge, resources: readonly Resource[]): Work<Wrong | undefined> {
  const known = resources.map(judge.ids.ofResource);
  const { states, foreign } = yield* observed(judge, known);
  return wrongState(resources, states, judge.tally) ?? wrongStrangers(foreign, judge.tally);
}

function* observed({ system }: Judge, known: readonly Known[]): Work<Awaited<ReturnType<System['observe']>>> {
  const answered = system.observe(known);
  return isLater(answered) ? yield* later(answered) : answered;
}

function* asked(judge: Judge, check: Check): Work<Wrong | undefined> {
  judge.tally.suite++;
  const { name, known, timeoutMs } = callOf(judge, check);
  const answered = judge.system.check(name, known, timeoutMs);
  return wrongCheck(check, isLater(answered) ? yield* later(answered) : answered);
}

function* awaited(judge: Judge, check: Check, wrong: Wrong | undefined): Work<Wrong | undefined> {
  if (wrong === undefined || check.withinMs === 0) return wrong;
  return yield* eventually(judge, wrong, check.withinMs, () => asked(judge, check));
}

function callOf({ model, ids }: Judge, check: Check): CheckCall {
  return { name: check.name, known: subjectsOf(check, model, ids), timeoutMs: check.timeoutMs };
}

/** Looks again until it is right or the deadline has passed; then what was last seen is what is wrong. */
function* eventually(
  { tally, clock }: Judge,
  first: Wrong,
  withinMs: number,
  look: () => Work<Wrong | undefined>,
): Work<Wrong | undefined> {
  tally.waits++;
  const deadline = clock.now() + withinMs;
  let wrong: Wrong | undefined = first;
  for (let pause = POLL_MS; wrong !== undefined && clock.now() < deadline; pause = Math.min(pause * 2, POLL_MOST_MS)) {
    const ms = Math.min(pause, deadline - clock.now());
    yield* later(new Promise<void>((resolve) => clock.after(ms, resolve)));
    wrong = yield* look();
  }
  return wrong;
}

function wrongCheck({ name }: Check, message: string | undefined): Wrong | undefined {
  return message === undefined ? undefined : { kind: 'check', check: name, message };
}
