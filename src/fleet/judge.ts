/** Checks what a machine claims against what its job's own seed gives: the steps are never taken from its word. */
import { printStep } from '../woodpecker/step-text.js';
import type { Suite } from '../woodpecker/suite/suite.js';
import { regenerate } from '../woodpecker/walk/walk.js';
import type { JobResult, JobSpec } from './protocol.js';

/** Whether every failure that is told of happened in steps that this job really has. */
export function isPlausible(spec: JobSpec, result: JobResult, suite: Suite | undefined): boolean {
  if (result.outcome === 'pass' && result.sightings.length > 0) return false;
  if (result.outcome === 'fail' && result.sightings.length === 0) return false;
  if (spec.kind === 'replay') {
    const asked = spec.trace.join('\n');
    return result.episodes <= spec.runs && result.sightings.every(({ trace }) => trace.join('\n') === asked);
  }
  const { from, count } = spec.episodes;
  if (result.episodes > count) return false;
  return result.sightings.every(({ episode, trace, failure }) => {
    if (episode < from || episode >= from + count) return false;
    // Without the suite's text nothing can be said against it.
    if (!suite) return true;
    const steps = regenerate(suite, { ...spec, suite: suite.name, episode }).map(printStep);
    return (
      trace.length <= steps.length &&
      failure.at < Math.max(1, trace.length) &&
      trace.every((line, i) => line === steps[i])
    );
  });
}
