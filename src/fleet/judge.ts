/** Checks what a machine claims against what its job's own seed gives: steps and signatures are never taken from its word. */
import { maskMessage, signatureOf } from '../woodpecker/signature.js';
import { printStep } from '../woodpecker/step-text.js';
import type { Suite } from '../woodpecker/suite/suite.js';
import type { Failure } from '../woodpecker/types.js';
import { BLOCK } from '../woodpecker/walk/memory.js';
import { createWalks, type Walk } from '../woodpecker/walk/walk.js';
import type { JobResult, JobSpec } from './protocol.js';

type Sighting = JobResult['sightings'][number];
type WalkSpec = Extract<JobSpec, { kind: 'walk' }>;

/** Further runs of a failing walk that a machine may tell of. */
const MOST_REPEATS = 100;

export interface Judged {
  /** As the coordinator itself words it: masks and signatures are its own. */
  readonly result: JobResult;
  /** Whether every failure that is told of happened in steps that the job really has. */
  readonly plausible: boolean;
}

/** `breathe` lets others go on: finding a walk again may take a tenth of a second. */
export async function judgeResult(
  spec: JobSpec,
  told: JobResult,
  suite: Suite | undefined,
  breathe: () => Promise<void>,
): Promise<Judged> {
  // Without the suite's text nothing more can be said against it.
  const result = suite ? { ...told, sightings: told.sightings.map((sighting) => reworded(suite, sighting)) } : told;
  if (!adds(spec, result)) return { result, plausible: false };
  if (!suite || result.sightings.length === 0 || spec.kind === 'replay') return { result, plausible: true };
  return { result, plausible: await walked(suite, spec, result.sightings, breathe) };
}

function reworded(suite: Suite, { failure, ...rest }: Sighting): Sighting {
  const masked = maskMessage(failure.message);
  const own: Failure = { ...failure, masked, signature: signatureOf(suite, failure, masked) };
  return { ...rest, failure: { ...own, states: { ...own.states } } };
}

/** Whether the numbers go together. */
function adds(spec: JobSpec, { outcome, episodes, sightings, steps }: JobResult): boolean {
  if ((outcome === 'pass' && sightings.length > 0) || (outcome === 'fail' && sightings.length === 0)) return false;
  if (!sightings.every(({ repeated: { runs, hits } }) => hits <= runs && runs <= MOST_REPEATS)) return false;
  if (spec.kind === 'replay') {
    const asked = spec.trace.join('\n');
    if (episodes > spec.runs || steps > spec.runs * spec.trace.length) return false;
    return sightings.every(({ trace, repeated }) => repeated.runs <= episodes && trace.join('\n') === asked);
  }
  const { from, count } = spec.episodes;
  if (episodes > count || steps > spec.length * (count + MOST_REPEATS * sightings.length)) return false;
  return sightings.every(
    ({ episode, trace, failure }) =>
      episode >= from &&
      episode < from + count &&
      trace.length <= spec.length &&
      failure.at < Math.max(1, trace.length),
  );
}

/** Whether the steps told of begin the walks of this seed. */
async function walked(
  suite: Suite,
  spec: WalkSpec,
  sightings: readonly Sighting[],
  breathe: () => Promise<void>,
): Promise<boolean> {
  const walks = createWalks(suite, { ...spec, suite: suite.name });
  let walk: Walk | undefined;
  for (const { episode, trace } of sightings.toSorted((a, b) => a.episode - b.episode)) {
    // One after the other from the block's start, as later walks learn from earlier ones: at once it would be a tenth of a second.
    for (let e = episode - (episode % BLOCK); e <= episode; e++) {
      await breathe();
      walk = walks.walk(e);
    }
    for (const line of trace) {
      const step = walk?.next();
      if (!step || printStep(step) !== line) return false;
    }
  }
  return true;
}
