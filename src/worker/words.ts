/** What a worker says of its jobs, and of why it has none. */
import type { z } from 'zod';
import type { JobSpec, leaseAnswer } from '../fleet/protocol.js';
import type { Policy } from './policy.js';

type LeaseAnswer = z.infer<typeof leaseAnswer>;

/** A job in a few words, with the suite's name where the lender's terms have it. */
export function whatOf(job: JobSpec, { suites }: Policy): string {
  const suite = suites.find(({ digest }) => digest === job.digest)?.name ?? job.digest.slice(0, 14);
  return job.kind === 'walk'
    ? `walk ${job.strategy} seed ${job.seed} × ${job.episodes.count} of ${suite}`
    : `replay ${job.trace.length} steps × ${job.runs} of ${suite}`;
}

/** Why the coordinator has no work for this machine. */
export const IDLE: Record<NonNullable<LeaseAnswer['idle']>, string> = {
  no_hunts: 'there is no hunt now',
  no_accepted_suite: 'no hunt uses a suite that is accepted here (flock worker accept NAME)',
  all_leased: 'all work is handed out',
  paused: 'paused in Discord (/machine resume)',
  quarantined: 'quarantined by the community (/machine show tells why)',
  busy: 'the coordinator is busy',
  too_short: 'no job is short enough',
};
