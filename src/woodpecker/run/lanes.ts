/** The concurrent end of a walk: two lanes at once, then one look, and the question whether any order explains it all. */
import type { Clock } from '../../platform/clock.js';
import { explain, type LaneEvent, UNSPECIFIED } from '../linearise.js';
import type { Model } from '../model/model.js';
import { typeOf } from '../step-text.js';
import type { ActAnswer, Handle, Observation, Step } from '../types.js';
import type { Wrong } from './compare.js';
import { wrongThrown } from './failure.js';
import type { Explained } from './judge.js';

/** What became of both lanes. `wrong` is what no order could excuse: a crash, a timeout. */
export interface LaneRun {
  readonly history: readonly LaneEvent[];
  readonly wrong?: Wrong & { readonly at: number };
}

export interface LaneParts {
  /** Steps of both lanes, and the index of the first of them in the walk. */
  readonly steps: readonly Step[];
  readonly from: number;
  /** Runs a step; logs it before, binds its ids after, and waits until it shows. */
  act(step: Step, index: number): ActAnswer | Promise<ActAnswer>;
  /** Whether the system has this resource: what was refused made none. */
  exists(handle: Handle): boolean;
}

export interface Settling {
  /** How long a step may take until what it did shows, ms. */
  settlesMs(step: Step): number;
  /** States of these resources, as the system shows them now. */
  observe(handles: readonly Handle[]): Promise<Observation>;
  readonly clock: Clock;
}

/**
 * Waits after a lane's step until it shows, as whoever works there would: the lane's next step relies on it. In vain where the other
 * lane has meanwhile undone it; so never longer than the step may take.
 */
export function createSettling(before: Model, { settlesMs, observe, clock }: Settling): (step: Step) => Promise<void> {
  const lanes = new Map<Step['lane'], Model>();
  return async (step) => {
    const model = lanes.get(step.lane) ?? before.clone();
    lanes.set(step.lane, model);
    if (model.objection(step) !== undefined) return;
    model.apply(step);
    const wanted = model.states(model.touched);
    const deadline = clock.now() + settlesMs(step);
    for (let pause = POLL_MS; settlesMs(step) > 0; pause *= 2) {
      const seen = await observe(model.touched.map(({ handle }) => handle));
      if (Object.entries(seen).every(([handle, state]) => wanted[handle as Handle] === state)) return;
      const ms = Math.min(pause, deadline - clock.now());
      if (ms <= 0) return;
      await new Promise<void>((resolve) => clock.after(ms, resolve));
    }
  };
}

/** Between the first two looks, ms; doubled each time. */
const POLL_MS = 10;

/** Runs both lanes to their ends, or to the first thing that is wrong by itself. Rejects with HarnessError. */
export async function runLanes({ steps, from, act, exists }: LaneParts): Promise<LaneRun> {
  const history: LaneEvent[] = [];
  let wrong: LaneRun['wrong'];
  // Real time, but without a clock: what matters is only what was over before what began.
  let moment = 0;

  const lane = async (number: 1 | 2) => {
    for (const [i, step] of steps.entries()) {
      if (step.lane !== number || wrong) continue;
      // Its maker was refused: nothing to ask the system.
      if (!Object.values(step.takes).every(exists)) continue;
      const began = moment++;
      let outcome: LaneEvent['outcome'] = 'done';
      try {
        await act(step, from + i);
      } catch (error) {
        const excused = wrongThrown({ ...step, refused: true }, error);
        if (excused) wrong ??= { ...excused, at: from + i };
        outcome = excused ? 'failed' : 'refused';
      }
      history.push({ step, outcome, began, ended: moment++ });
    }
  };
  const ended = await Promise.allSettled([lane(1), lane(2)]);
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return { history, ...(wrong ? { wrong } : {}) };
}

/**
 * Whether the step that failed may have come after one of the other lane that made it illegal, where the suite promises no
 * refusal: how it fails then, or whether it does, nobody has said.
 */
export function isExcused(wrong: Wrong, history: readonly LaneEvent[], before: Model): boolean {
  return wrong.kind === 'action' && explain(history, before) === UNSPECIFIED;
}

/** An answer that contradicts the others: no order explains what was answered. Waiting for states will not help. */
export function contradiction(history: readonly LaneEvent[], before: Model): Wrong | undefined {
  if (explain(history, before)) return undefined;
  // The one without which the rest makes sense; where there are several, the same one every time.
  const odd = history
    .toSorted((a, b) => a.step.action.localeCompare(b.step.action, 'en') || a.ended - b.ended)
    .find((event) =>
      explain(
        history.filter((other) => other !== event),
        before,
      ),
    );
  const what = odd ? `${odd.step.action} was ${odd.outcome}` : 'the answers are such';
  return { kind: 'order', message: `${what}, which no order of the concurrent steps explains` };
}

/** The model after an order that explains it all; or what cannot be explained, in words that shrinking does not change. */
export function explained(history: readonly LaneEvent[], before: Model, observed: Observation): Explained {
  const model = explain(history, before, observed);
  if (model === UNSPECIFIED) return model;
  if (model) return { model };
  for (const [handle, state] of Object.entries(observed)) {
    if (explain(history, before, { [handle]: state })) continue;
    const type = typeOf(handle as Handle);
    return { wrong: { kind: 'order', message: `${type} ${handle} is ${state}, which no order explains` } };
  }
  return { wrong: { kind: 'order', message: 'no order explains all states together' } };
}
