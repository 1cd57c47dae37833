/** Runs one job on a suite that is at hand: walks from a seed, or a trace again and again. */
import { createHash } from 'node:crypto';
import type { JobSpec } from '../fleet/protocol.js';
import { MAX_TEXT } from '../fleet/protocol.js';
import type { Clock } from '../platform/clock.js';
import type { SuiteFolder } from '../woodpecker/drivers/suite-folder.js';
import { planted } from '../woodpecker/run/canary.js';
import { createCoverage } from '../woodpecker/run/coverage.js';
import { runWalk, type StepSource, traceSource, type WalkResult } from '../woodpecker/run/run.js';
import { systemSeed } from '../woodpecker/run/system-seed.js';
import { parseStep, printStep } from '../woodpecker/step-text.js';
import type { Failure, Step, System } from '../woodpecker/types.js';
import { createWalks } from '../woodpecker/walk/walk.js';
import { fitted, type Performed } from './performed.js';

export interface JobTools {
  readonly clock: Clock;
  /** The system under test, for one run. */
  readonly open: (at: Pick<SuiteFolder, 'suite' | 'folder'>) => System;
  readonly signal: AbortSignal;
  readonly progress: (steps: number, checks: number) => void;
}

/** A bug that the worker plants itself, whatever the suite: a driver's own might not show in one walk. */
export const CANARY = 'canary';
/** Further runs of a failing walk on this machine: a failure that repeats is a suspicion. */
const REPEATS = 2;
/** Distinct failures that one job tells of. */
const MOST_SIGHTINGS = 20;
/** After so many walks in which the test itself broke, the job is an error. */
const MOST_ERRORS = 3;

type Sighting = Performed['sightings'][number];

/** Resolves to undefined when it was stopped. Never rejects for what the suite or its driver does. */
export async function runJob(
  job: JobSpec,
  at: Pick<SuiteFolder, 'suite' | 'folder'>,
  tools: JobTools,
): Promise<Performed | undefined> {
  const { clock, signal, progress } = tools;
  const { suite } = at;
  const began = clock.now();
  const coverage = createCoverage(suite);
  const witness = createHash('sha256');
  const sightings = new Map<string, Sighting>();
  const counts = { steps: 0, checks: 0, waits: 0, episodes: 0, errors: 0 };
  const actions: Record<string, number> = {};
  const canary = job.bugs.includes(CANARY);
  const bugs = canary ? job.bugs.filter((bug) => bug !== CANARY) : job.bugs;
  let error: string | undefined;
  let attempts = 0;

  const open = (): System => {
    const system = tools.open(at);
    return canary ? planted(system, 'state', 2) : system;
  };

  async function run(source: StepSource): Promise<WalkResult | undefined> {
    // Another for each run, so that a flaky failure is not decided once for all.
    const start = { seed: systemSeed({ seed: job.seed, episode: 0 }, attempts++), ref: job.ref, bugs };
    const result = await runWalk(open(), { suite, source, start }, { clock, stop: signal, giveUp: signal });
    counts.steps += result.stepsRun;
    counts.checks += result.checksRun;
    counts.waits += result.waits;
    progress(counts.steps, counts.checks);
    if (signal.aborted) return undefined;
    if (result.outcome === 'error') {
      counts.errors += 1;
      error = result.error ?? 'the test broke';
    }
    return result;
  }

  const again = (trace: readonly Step[]): Promise<WalkResult | undefined> => run(traceSource(suite, trace));

  function sighted(failure: Failure, episode: number, trace: readonly Step[], repeated: Sighting['repeated']): void {
    if (sightings.size >= MOST_SIGHTINGS) return;
    sightings.set(failure.signature, {
      failure: {
        ...failure,
        message: failure.message.slice(0, MAX_TEXT),
        masked: failure.masked.slice(0, MAX_TEXT),
        states: { ...failure.states },
      },
      episode,
      trace: trace.map(printStep),
      repeated,
    });
  }

  function note(result: WalkResult): void {
    for (const { action } of result.trace) actions[action] = (actions[action] ?? 0) + 1;
    coverage.note(result.trace);
    witness.update(`${result.outcome} ${result.stepsRun}\n`);
  }

  async function walkAll(walk: Extract<JobSpec, { kind: 'walk' }>): Promise<boolean> {
    const { digest, ref, strategy, pattern, seed, length, lanes } = walk;
    const walks = createWalks(suite, { suite: suite.name, digest, ref, strategy, pattern, seed, length, lanes });
    const { from, count } = walk.episodes;
    for (let episode = from; episode < from + count && counts.errors < MOST_ERRORS; episode++) {
      const result = await run(walks.walk(episode));
      if (!result) return false;
      counts.episodes += 1;
      note(result);
      const { failure } = result;
      if (!failure || sightings.has(failure.signature)) continue;
      let hits = 0;
      for (let n = 0; n < REPEATS; n++) {
        const repeat = await again(result.trace);
        if (!repeat) return false;
        if (repeat.failure?.signature === failure.signature) hits += 1;
      }
      sighted(failure, episode, result.trace, { runs: REPEATS, hits });
    }
    return true;
  }

  async function replay(job: Extract<JobSpec, { kind: 'replay' }>): Promise<boolean> {
    const trace = job.trace.map((line) => parseStep(line));
    const seen = new Map<string, { failure: Failure; run: number; hits: number }>();
    for (let n = 0; n < job.runs && counts.errors < MOST_ERRORS; n++) {
      const result = await again(trace);
      if (!result) return false;
      counts.episodes += 1;
      note(result);
      const { failure } = result;
      if (!failure) continue;
      const known = seen.get(failure.signature) ?? { failure, run: n, hits: 0 };
      seen.set(failure.signature, { ...known, hits: known.hits + 1 });
      if (failure.signature === job.until) break;
    }
    for (const { failure, run, hits } of seen.values()) sighted(failure, run, trace, { runs: counts.episodes, hits });
    return true;
  }

  try {
    if (suite.digest !== job.digest) throw new Error(`this is ${suite.digest}, and the job is for ${job.digest}`);
    const whole = job.kind === 'walk' ? await walkAll(job) : await replay(job);
    if (!whole) return undefined;
  } catch (thrown) {
    // A driver that is not there, a trace that the suite cannot read: the test broke, and nobody is to blame.
    counts.errors = MOST_ERRORS;
    error = thrown instanceof Error ? thrown.message : String(thrown);
  }
  const { transitions, pairs } = coverage.keys();
  const broke = counts.errors >= MOST_ERRORS || (counts.errors > 0 && sightings.size === 0);
  return fitted({
    outcome: broke ? 'error' : sightings.size > 0 ? 'fail' : 'pass',
    ...(broke && error !== undefined ? { error: error.slice(0, MAX_TEXT) } : {}),
    steps: counts.steps,
    checks: counts.checks,
    waits: counts.waits,
    episodes: counts.episodes,
    workedMs: Math.max(0, Math.round(clock.now() - began)),
    sightings: [...sightings.values()],
    coverage: {
      actions,
      transitions: transitions.map(String).slice(0, 5000),
      pairs: pairs.map(String).slice(0, 20_000),
    },
    witness: witness.digest('hex'),
  });
}
