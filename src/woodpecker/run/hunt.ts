/**
 * A hunt on one machine: walk after walk in batches, each batch with a canary; what fails is confirmed, cut to the fewest
 * steps and told once, however often it is seen. Pure orchestration: time, systems and files are handed in.
 */
import type { Clock } from '../../platform/clock.js';
import type { Suite } from '../suite/suite.js';
import { HarnessError, type System, type WalkOrigin } from '../types.js';
import { createWalks, type HuntOrigin } from '../walk/walk.js';
import { CANARY_STEPS, isCaught, planted, plantsFor } from './canary.js';
import { createCoverage } from './coverage.js';
import type { Ended, Finding, HuntEvent, HuntReport, Progress } from './hunt-events.js';
import type { Keeper } from './keeper.js';
import { reproduce, type Seen } from './reproduce.js';
import { runOn, type StepSource, traceSource, type WalkResult } from './run.js';
import { systemSeed } from './system-seed.js';
import { addTally, emptyTally } from './tally.js';

export interface HuntPlan {
  readonly origin: HuntOrigin;
  readonly bugs: readonly string[];
  /** Whichever comes first ends the hunt; with neither it goes on until it is stopped. */
  readonly steps?: number;
  readonly minutes?: number;
}

export interface HuntParts {
  readonly suite: Suite;
  readonly clock: Clock;
  /** A system for one walk. */
  open(): System;
  readonly keeper: Keeper;
  tell(event: HuntEvent): void;
  /** Ends the hunt: the step under way gets a few seconds, then everything is torn down and reported. */
  readonly stop: AbortSignal;
}

/** Walks in a batch. */
const BATCH = 20;
/** A test that breaks so often in a row is broken for good. */
const ERRORS_IN_A_ROW = 3;
/** Time for the step under way when the hunt is stopped, ms. */
const PATIENCE_MS = 5_000;
/** How long walks in this process may keep signals and timers waiting, ms. */
const TURN_MS = 50;
/** What shrinking may take beyond the minutes of the hunt, as a share of them: a finding is worth it, but not without end. */
const OVERTIME = 0.5;
/** Sightings of what does not come back that are gone after: the next may be of a shorter way to it, or of a luckier one. */
const CHANCES = 4;
/** Walks in which a canary may be hidden by a failure of the system's own. */
const CANARY_TRIES = 3;

export async function hunt(plan: HuntPlan, parts: HuntParts): Promise<HuntReport> {
  const { origin, bugs } = plan;
  const { suite, clock, keeper, tell, stop } = parts;
  const began = clock.now();
  const allowed = plan.minutes === undefined ? Number.POSITIVE_INFINITY : plan.minutes * 60_000;
  const deadline = began + allowed;
  const giveUp = new AbortController();
  const onStop = () => clock.after(PATIENCE_MS, () => giveUp.abort());
  stop.addEventListener('abort', onStop, { once: true });

  const walks = createWalks(suite, origin);
  const coverage = createCoverage(suite);
  const findings = new Map<string, Finding>();
  const doubts: string[] = [];
  const tally = emptyTally();
  const counts = { steps: 0, looked: 0, walks: 0, sightings: 0, errors: 0, skipped: 0, planted: 0, caught: 0 };
  let errorsInARow = 0;
  let episode = 0;
  let lastTurn = began;

  tell({ event: 'began', suite: suite.name, digest: suite.digest, origin, bugs });
  let ended: Ended | undefined;
  for (let batch = 0; ended === undefined; batch++) {
    const before = { ...tally, looked: counts.looked };
    ended = await canary(batch);
    for (let i = 0; i < BATCH && ended === undefined; i++) ended = over() ?? (await walk());
    if (ended === undefined || ended === 'steps' || ended === 'minutes' || ended === 'pattern')
      ended = silent(before) ?? ended;
  }
  stop.removeEventListener('abort', onStop);
  const how = ended;
  kept(() => keeper.end(reportOf(how)));
  const report = reportOf(how);
  tell({ event: 'ended', report });
  return report;

  function over(): Ended | undefined {
    if (stop.aborted) return 'stopped';
    if (plan.steps !== undefined && counts.steps >= plan.steps) return 'steps';
    if (clock.now() >= deadline) return 'minutes';
    if (errorsInARow >= ERRORS_IN_A_ROW) return 'errors';
    // A pattern is the same every time: once, unless a budget asks for more.
    const once = origin.strategy === 'pattern' && plan.steps === undefined && plan.minutes === undefined;
    return once && counts.walks > 0 ? 'pattern' : undefined;
  }

  async function walk(): Promise<undefined> {
    const walked: WalkOrigin = { ...origin, episode };
    const left = plan.steps === undefined ? Number.POSITIVE_INFINITY : plan.steps - counts.steps;
    const source = within(walks.walk(episode++), left, () => clock.now() >= deadline);
    const result = judged(await run(parts.open, source, systemSeed(walked, 0)));
    counts.walks++;
    counts.steps += result.stepsRun;
    // After the step that fails, or breaks, nobody looks any more.
    counts.looked += Math.max(0, result.stepsRun - (result.outcome === 'pass' ? 0 : 1));
    addTally(tally, result.tally);
    coverage.note(result.trace);
    errorsInARow = result.outcome === 'error' ? errorsInARow + 1 : 0;
    kept(() => keeper.walked(walked.episode, result));
    if (result.outcome === 'skipped') counts.skipped++;
    if (result.outcome === 'error') {
      counts.errors++;
      tell({ event: 'broke', episode: walked.episode, error: result.error ?? '' });
    }
    if (result.failure) await sighted({ failure: result.failure, trace: result.trace }, walked);
    const { outcome, stepsRun: steps } = result;
    tell({ event: 'walked', episode: walked.episode, outcome, steps, progress: progress() });
  }

  /** A walk that found no step to take, though it had steps and time left, has tested nothing; nor will the next. */
  function judged(result: WalkResult): WalkResult {
    if (result.outcome !== 'pass' || result.stepsRun > 0 || clock.now() >= deadline) return result;
    return { ...result, outcome: 'error', error: 'no action is legal from the start (flock suite check says why)' };
  }

  /** What cannot be kept, on a disk that is full, ends the hunt: with what it found so far, and that said. */
  function kept(keep: () => void): void {
    try {
      keep();
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      if (!doubts.includes(error.message)) doubts.push(error.message);
      errorsInARow = ERRORS_IN_A_ROW;
    }
  }

  /** Runs one walk and lets timers and signals have their turn where the system leaves them none. */
  async function run(open: () => System, source: StepSource, seed: number): Promise<WalkResult> {
    if (clock.now() - lastTurn > TURN_MS) {
      await new Promise<void>((resolve) => clock.after(0, resolve));
      lastTurn = clock.now();
    }
    const plan = { suite, source, start: { seed, ref: origin.ref, bugs } };
    return await runOn(open, plan, { clock, log: keeper.log, stop, giveUp: giveUp.signal });
  }

  async function sighted(seen: Seen, walked: WalkOrigin, depth = 0): Promise<void> {
    counts.sightings++;
    const known = findings.get(seen.failure.signature);
    const sightings = (known?.sightings ?? 0) + 1;
    if (known) {
      findings.set(known.signature, { ...known, sightings });
      if (known.again.hits > 0 || sightings > CHANCES) return;
    }
    const foundAfter = known?.foundAfter ?? counts.steps;
    if (!known) {
      tell({ event: 'suspected', failure: seen.failure, origin: walked, after: foundAfter });
      kept(() => keeper.suspect(seen.failure));
    }
    let attempt = 0;
    const { signature } = seen.failure;
    const { others, ...facts } = await reproduce(suite, seen, {
      run: (steps) => run(parts.open, traceSource(suite, steps), systemSeed(walked, ++attempt)),
      enough: () => stop.aborted || clock.now() >= deadline + allowed * OVERTIME,
      tell: (steps, runs) => tell({ event: 'shrinking', signature, steps, runs }),
    });
    const finding: Finding = { signature, failure: seen.failure, origin: walked, sightings, foundAfter, ...facts };
    if (!known || finding.again.hits > 0) {
      findings.set(signature, finding);
      kept(() => keeper.found(suite, finding, bugs));
      tell({ event: 'found', finding });
    }
    // What else showed on the way may be worth as much; but it is not gone after without end.
    for (const other of others) if (depth < 1) await sighted(other, walked, depth + 1);
  }

  /** A walk with a planted bug, which must be caught; where the system fails by itself before that, another. */
  async function canary(batch: number): Promise<Ended | undefined> {
    const plants = plantsFor(suite);
    const plant = plants[batch % plants.length] ?? 'action';
    const short: HuntOrigin = { ...origin, strategy: 'random', pattern: undefined, lanes: 1, length: CANARY_STEPS };
    for (let i = 0; i < CANARY_TRIES && !stop.aborted; i++) {
      // Where a walk is over before it could be planted, it is planted from the first step on.
      const from = i === 0 ? 1 + (batch % 3) : 0;
      const source = createWalks(suite, short).walk(batch * CANARY_TRIES + i);
      const result = await run(() => planted(parts.open(), plant, from), source, origin.seed);
      if (result.outcome === 'error') {
        counts.errors++;
        errorsInARow++;
        tell({ event: 'broke', episode: -1, error: result.error ?? '' });
        return over();
      }
      if (result.outcome === 'skipped') return over();
      const caught = isCaught(result.failure, plant);
      if (!caught && (result.failure || result.stepsRun <= from)) continue;
      counts.planted++;
      if (caught) counts.caught++;
      else doubts.push(`a planted bug (${plant}) was not caught: this hunt can miss anything`);
      tell({ event: 'canary', plant, caught, masked: false });
      return caught ? undefined : 'blind';
    }
    tell({ event: 'canary', plant, caught: false, masked: true });
    return undefined;
  }

  /** Checks that stopped being counted since `before`. */
  function silent(before: { looked: number; answers: number; states: number; generic: number }): Ended | undefined {
    const looked = counts.looked - before.looked;
    if (looked === 0) return undefined;
    const quiet = [
      tally.answers === before.answers && 'no answer was judged',
      tally.states === before.states && plantsFor(suite).includes('state') && 'no state was compared',
      tally.generic === before.generic && 'nothing was looked for after tear-down',
    ].filter((words) => words !== false);
    doubts.push(...quiet.map((words) => `${words} in the last ${looked} steps`));
    return quiet.length > 0 ? 'blind' : undefined;
  }

  function progress(): Progress {
    const { steps, walks: done, sightings, errors, skipped, planted: canaries, caught } = counts;
    return {
      steps,
      walks: done,
      tally: { ...tally },
      findings: findings.size,
      sightings,
      errors,
      skipped,
      canaries: { planted: canaries, caught },
      coverage: coverage.count(),
      ms: clock.now() - began,
    };
  }

  function reportOf(how: Ended): HuntReport {
    const broken = doubts.length > 0 || counts.errors > 0;
    const clean = counts.steps > 0 ? 'pass' : 'skipped';
    const outcome = findings.size > 0 ? 'fail' : broken ? 'error' : clean;
    return { ...progress(), outcome, ended: how, list: [...findings.values()], doubts };
  }
}

/** A walk that ends when its steps or its time are used up: slow systems do not overrun a budget by a whole walk. */
function within(source: StepSource, most: number, late: () => boolean): StepSource {
  let left = most;
  return { model: source.model, next: () => (left-- > 0 && !late() ? source.next() : undefined) };
}
