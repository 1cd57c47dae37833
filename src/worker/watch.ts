/** Holds jobs to the lender's memory, disk and time: looks at them often, and ends the one that takes most when all take too much. */
import type { Cancel, Clock } from '../platform/clock.js';
import type { Policy } from './policy.js';
import { diskOf, memoryOf, startedBy } from './use.js';

/** A job took more of the machine than its lender gives. */
export class OverLimit extends Error {
  override readonly name = 'OverLimit';
}

export interface Watched {
  /** This process, and what it started, counts as the job's. */
  readonly pid: number;
  /** What lies in these folders counts as the job's. Asked anew each time. */
  readonly folders: () => readonly string[];
  readonly limits: Pick<Policy, 'memory_mb' | 'disk_mb' | 'max_minutes'>;
  readonly end: (why: OverLimit) => void;
}

export interface Watch {
  /** Watches a job until the function that it returns is called. */
  begin(job: Watched): () => void;
}

const LOOK_MS = 500;
/** Looking takes about one part in so many of the worker's time, as long as that is not too seldom; milliseconds. */
const PART = 10;
const SELDOM_MS = 3_000;
/** How long a job takes is an estimate: it is late when it takes so many times what the lender gives. */
const LATE = 2;
const MB = 1024 * 1024;

export function createWatch(clock: Clock): Watch {
  /** Since when. */
  const jobs = new Map<Watched, number>();
  let cancel: Cancel | undefined;

  const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

  /** `things`: what each job has. What two jobs share counts once. */
  function hold<T>(
    things: (job: Watched) => readonly T[],
    sizeOf: (thing: T) => number,
    limit: (job: Watched) => number,
    what: string,
  ): void {
    const sizes = new Map<T, number>();
    const ofJob = [...jobs.keys()].map((job) => {
      const mine = things(job);
      for (const thing of mine) if (!sizes.has(thing)) sizes.set(thing, sizeOf(thing));
      return { job, takes: sum(mine.map((thing) => sizes.get(thing) ?? 0)) };
    });
    const [largest] = ofJob.toSorted((a, b) => b.takes - a.takes);
    if (!largest || sum([...sizes.values()]) <= limit(largest.job) * MB) return;
    jobs.delete(largest.job);
    largest.job.end(new OverLimit(`it took more ${what} than the ${limit(largest.job)} MB that the policy gives`));
  }

  function endTheLate(): void {
    for (const [job, since] of jobs) {
      const { max_minutes } = job.limits;
      if (clock.now() - since <= LATE * max_minutes * 60_000) continue;
      jobs.delete(job);
      job.end(new OverLimit(`it took over ${LATE} times the ${max_minutes} minutes that the policy gives`));
    }
  }

  function look(): void {
    const began = performance.now();
    endTheLate();
    hold(
      ({ pid }) => [pid, ...startedBy(pid)],
      memoryOf,
      ({ limits }) => limits.memory_mb,
      'memory',
    );
    hold(
      ({ folders }) => folders(),
      diskOf,
      ({ limits }) => limits.disk_mb,
      'disk',
    );
    const took = performance.now() - began;
    cancel = jobs.size > 0 ? clock.after(Math.max(LOOK_MS, Math.min(PART * took, SELDOM_MS)), look) : undefined;
  }

  return {
    begin(job) {
      jobs.set(job, clock.now());
      cancel ??= clock.after(LOOK_MS, look);
      return () => {
        jobs.delete(job);
        if (jobs.size > 0) return;
        cancel?.();
        cancel = undefined;
      };
    },
  };
}
