/** Runs one walk: steps one by one, each checked in layers, torn down whatever happens, ended with one of five words. */
import type { Clock } from '../../platform/clock.js';
import { failureOf } from '../signature.js';
import { printStep } from '../step-text.js';
import { type Action, actionsOf, type Suite } from '../suite/suite.js';
import {
  type ActAnswer,
  type Failure,
  type Handle,
  HarnessError,
  type RunResult,
  type StartOptions,
  type Step,
  type System,
} from '../types.js';
import { type ActionLog, noLog } from './action-log.js';
import { boundOf, idsIn } from './bind.js';
import type { Wrong } from './compare.js';
import { statesBefore, wordsOf, wrongThrown } from './failure.js';
import { createIds, type Ids } from './ids.js';
import { agrees, createJudge, type Judge, judgeEnd, judgeLanes, judgeStep, livingOf } from './judge.js';
import { contradiction, createSettling, explained, isExcused, runLanes } from './lanes.js';
import { Interrupted, isLater, later, settle, type Work } from './settle.js';
import { restOf, type StepSource } from './source.js';
import { checksIn, emptyTally, type Tally } from './tally.js';

export { type StepSource, traceSource } from './source.js';

export interface WalkPlan {
  readonly suite: Suite;
  readonly source: StepSource;
  readonly start: StartOptions;
}

export interface RunTools {
  readonly clock: Clock;
  readonly log?: ActionLog;
  /** No further step when it fires: the walk is torn down, and `skipped`. */
  readonly stop?: AbortSignal;
  /** What is being waited for is given up when it fires. */
  readonly giveUp?: AbortSignal;
}

/** A result, with what a hunt wants to know beside it. */
export interface WalkResult extends RunResult {
  readonly tally: Tally;
  /** The steps that were begun. */
  readonly trace: readonly Step[];
}

/** How a walk ended, before it is a result. `at` is the index of the step that showed it; undefined: at the end. */
type Ending =
  | { readonly outcome: 'pass' | 'skipped' }
  | { readonly outcome: 'error'; readonly error: string }
  | { readonly outcome: 'fail' | 'timeout'; readonly wrong: Wrong; readonly at?: number };

const PASS: Ending = { outcome: 'pass' };

/** Never throws and never rejects: what went wrong is in the result. Plain where the system answers plainly. */
export function runWalk(system: System, plan: WalkPlan, tools: RunTools): WalkResult | Promise<WalkResult> {
  return settle(walking(system, plan, tools), tools.giveUp);
}

/** Opens a system and runs a walk over it; one that cannot be opened is an error of the test like any other. */
export async function runOn(open: () => System, plan: WalkPlan, tools: RunTools): Promise<WalkResult> {
  let system: System;
  try {
    system = open();
  } catch (error) {
    const nothing = { stepsRun: 0, checksRun: 0, waits: 0, tally: emptyTally(), trace: [] };
    return { outcome: 'error', error: wordsOf(error), ...nothing };
  }
  return await runWalk(system, plan, tools);
}

/** A walk under way. What takes time is done by the functions after it, not within: see `Judge`. */
interface Walking {
  readonly system: System;
  readonly plan: WalkPlan;
  readonly tools: RunTools;
  readonly log: ActionLog | undefined;
  readonly tally: Tally;
  readonly trace: Step[];
  readonly ids: Ids;
  readonly actions: ReadonlyMap<string, Action>;
  readonly judge: Judge;
  readonly began: number;
}

function* walking(system: System, plan: WalkPlan, tools: RunTools): Work<WalkResult> {
  const { suite, source } = plan;
  const { clock } = tools;
  const tally = emptyTally();
  const ids = createIds(suite);
  const walk: Walking = {
    system,
    plan,
    tools,
    log: tools.log === noLog ? undefined : tools.log,
    tally,
    trace: [],
    ids,
    actions: actionsOf(suite),
    judge: createJudge({ system, suite, model: source.model, ids, tally, clock }),
    began: clock.now(),
  };
  let before: Ending;
  try {
    before = yield* begunAndWalked(walk);
  } catch (error) {
    before = endedBy(error);
  }
  return resultOf(walk, yield* tornDown(walk, before));
}

const since = ({ tools, began }: Walking): number => tools.clock.now() - began;

function* begunAndWalked(walk: Walking): Work<Ending> {
  const { system, plan, tools, log, tally, trace, judge } = walk;
  const { suite, source, start } = plan;
  log?.before({
    walk: suite.name,
    digest: suite.digest,
    ...start,
    bugs: [...start.bugs],
    at: new Date(walk.began).toISOString(),
  });
  const started = system.start(start);
  if (isLater(started)) yield* later(started);
  for (;;) {
    if (tools.stop?.aborted) return { outcome: 'skipped' };
    const step = source.next();
    if (step === undefined) break;
    if (step.lane) {
      const wrong = yield* concurrent(walk, [step, ...restOf(source)]);
      if (wrong) return wrong;
      break;
    }
    const index = trace.length;
    const action = actionOf(walk, step);
    trace.push(step);
    let answer: ActAnswer | undefined;
    let wrong: Wrong | undefined;
    try {
      const acted = begun(walk, step, index, action);
      // Not by `later`: a generator less for each step.
      answer = isLater(acted) ? ((yield acted) as ActAnswer) : acted;
      if (step.refused) wrong = { kind: 'accepted', message: `${step.action} was not refused` };
    } catch (error) {
      wrong = wrongThrown(step, error);
    }
    tally.answers++;
    if (log !== undefined || answer?.ids !== undefined) noteAnswer(walk, step, index, answer, wrong);
    if (wrong === undefined && !(answer && agrees(judge, answer)))
      wrong = yield* judgeStep(judge, index, action, answer);
    if (wrong) return failed(wrong, index);
  }
  const wrong = trace.length > 0 ? yield* judgeEnd(judge) : undefined;
  return wrong ? failed(wrong) : PASS;
}

/** Both lanes at once. Nothing may be said about states before both are over. */
function* concurrent(walk: Walking, steps: readonly Step[]): Work<Ending | undefined> {
  const { trace, tally, ids, judge } = walk;
  const { model } = walk.plan.source;
  const from = trace.length;
  trace.push(...steps);
  const here = new Set<Handle>(model.population.flat(2).map(({ handle }) => handle));
  const settled = createSettling(model, {
    settlesMs: (step) => actionOf(walk, step).settlesMs,
    observe: async (handles) => (await walk.system.observe(handles.map(ids.of))).states,
    clock: walk.tools.clock,
  });
  const act = async (step: Step, index: number) => {
    const answer = await begun(walk, step, index, actionOf(walk, step));
    for (const handle of Object.values(step.makes)) here.add(handle);
    noteAnswer(walk, step, index, answer);
    await settled(step);
    return answer;
  };
  const { history, wrong } = yield* later(runLanes({ steps, from, act, exists: (handle) => here.has(handle) }));
  tally.answers += history.length;
  if (wrong && isExcused(wrong, history, model)) {
    judge.lost = true;
    return undefined;
  }
  const unbearable = wrong ?? contradiction(history, model);
  if (unbearable) return failed(unbearable, wrong?.at ?? trace.length - 1);
  const known = [...here].map(ids.of);
  const settlesMs = Math.max(0, ...steps.map((step) => actionOf(walk, step).settlesMs));
  const unexplained = yield* judgeLanes(judge, known, settlesMs, (seen) => explained(history, model, seen));
  // Whose doing it is, nobody can tell: which of the concurrent steps stands last is chance.
  return unexplained && failed(unexplained);
}

function begun(walk: Walking, step: Step, index: number, action: Action): ActAnswer | Promise<ActAnswer> {
  const bound = boundOf(step, index, action, walk.ids, walk.judge.model);
  if (walk.log !== undefined) walk.log.before({ step: index, do: printStep(step), ms: since(walk), ids: idsIn(bound) });
  return walk.system.act(bound);
}

function noteAnswer(walk: Walking, step: Step, index: number, answer: ActAnswer | undefined, wrong?: Wrong): void {
  for (const role in answer?.ids) {
    const handle = step.makes[role];
    const id = answer.ids[role];
    if (handle !== undefined && id) walk.ids.name(handle, id);
    // A misspelt role, or no id at all: the next step would be about something else than the model thinks.
    else if (!step.refused)
      throw new HarnessError(
        `${step.action} answered with ${id ? `an id for "${role}", which it does not make` : `an empty id for "${role}"`}`,
      );
  }
  if (!walk.log) return;
  const { ids: made, outputs } = answer ?? {};
  const answered = answer ? 'done' : (wrong?.message ?? 'refused');
  walk.log.after({ step: index, answered, ms: since(walk), ids: made, outputs });
}

function actionOf({ actions, plan }: Walking, { action }: Step): Action {
  const { latest } = plan.source.model;
  // Mostly the one that the model has just come by.
  if (latest !== undefined && latest.name === action) return latest;
  const found = actions.get(action);
  if (found === undefined) throw new HarnessError(`the suite has no action ${action}`);
  return found;
}

/** Tears down after whatever came before. Only a walk that passed so far can fail by what is left. */
function* tornDown(walk: Walking, before: Ending): Work<Ending> {
  let after: Ending;
  try {
    after = yield* stopped(walk);
  } catch (error) {
    after = endedBy(error);
  }
  walk.system.kill();
  return before.outcome === 'pass' ? after : before;
}

function* stopped({ system, judge, tally, log }: Walking): Work<Ending> {
  const answered = system.stop(livingOf(judge));
  const { leaks } = isLater(answered) ? yield* later(answered) : answered;
  tally.generic++;
  if (leaks.length > 0) log?.after({ left: [...leaks] });
  const [first] = leaks;
  return first === undefined ? PASS : failed({ kind: 'leak', message: first });
}

function resultOf(walk: Walking, ending: Ending): WalkResult {
  const { trace, tally } = walk;
  const counts = { stepsRun: trace.length, checksRun: checksIn(tally), waits: tally.waits };
  const failure = 'wrong' in ending ? failureAt(walk, ending.wrong, ending.at) : undefined;
  const error = ending.outcome === 'error' ? ending.error : undefined;
  const told = tellTheLog(walk, {
    outcome: ending.outcome,
    error,
    failure: failure && { ...failure },
    ...counts,
    ms: since(walk),
  });
  return {
    outcome: told ? 'error' : ending.outcome,
    failure: told ? undefined : failure,
    error: told ?? error,
    ...counts,
    tally,
    trace,
  };
}

/** A log that cannot be written makes the walk worthless: nobody could follow it. Returns what is wrong with it. */
function tellTheLog({ log }: Walking, line: Parameters<ActionLog['after']>[0]): string | undefined {
  try {
    log?.after(line);
    log?.end();
    return undefined;
  } catch (error) {
    return wordsOf(error);
  }
}

function failureAt({ plan: { suite }, trace }: Walking, wrong: Wrong, at: number | undefined): Failure {
  const step = at === undefined ? undefined : trace[at];
  return failureOf(suite, {
    kind: wrong.kind,
    // What shows only at the end is nobody's doing in particular: the last step is there by chance.
    action: wrong.kind === 'order' ? 'end' : (step?.action ?? 'end'),
    check: wrong.check,
    states: step && wrong.kind !== 'order' ? statesBefore(suite, trace, at ?? 0) : {},
    message: wrong.message,
    at: at ?? Math.max(0, trace.length - 1),
  });
}

function failed(wrong: Wrong, at?: number): Ending {
  return { outcome: wrong.kind === 'timeout' ? 'timeout' : 'fail', wrong, ...(at === undefined ? {} : { at }) };
}

/** What the test itself does wrong ends a walk as an error; what it was told to give up, as skipped. */
function endedBy(error: unknown): Ending {
  return error instanceof Interrupted ? { outcome: 'skipped' } : { outcome: 'error', error: wordsOf(error) };
}
