/** Asynchronous jobs, as such systems have them: a call gives a job, the job is polled to its end, others run in between. */
import type { Cloud } from './cloud.js';
import { type Args, type Ids, type Operations, type Phases, Refused } from './operation.js';

export interface Job {
  state: 'queued' | 'running' | 'done' | 'failed';
  ids: Ids;
  error: Error | undefined;
}

export interface Jobs {
  /** Refuses an operation that there is not. */
  submit(operation: string, takes: Ids, args: Args): Job;
  /** Moves a job by one phase, or tries to start it. `slow`: the phase that it is in now takes real time. */
  advance(job: Job): 'slow' | undefined;
}

interface Work {
  readonly holds: () => readonly string[];
  readonly begin: () => Phases;
  held: readonly string[];
  phases: Phases | undefined;
}

export const isOpen = ({ state }: Job): boolean => state === 'queued' || state === 'running';

export function createJobs(cloud: Cloud, operations: Operations): Jobs {
  const open = new Map<Job, Work>();
  const held = new Set<string>();

  function start(job: Job, work: Work): Phases | undefined {
    const wanted = work.holds();
    if (wanted.some((id) => held.has(id))) return undefined;
    work.held = wanted;
    for (const id of wanted) held.add(id);
    job.state = 'running';
    work.phases = work.begin();
    return work.phases;
  }

  function end(job: Job, work: Work, state: 'done' | 'failed'): void {
    job.state = state;
    for (const id of work.held) held.delete(id);
    open.delete(job);
  }

  return {
    submit(name, takes, args) {
      const operation = operations[name];
      if (!operation) throw new Refused(`there is no operation ${name}`);
      const job: Job = { state: 'queued', ids: {}, error: undefined };
      open.set(job, {
        holds: () => (operation.holds ? operation.holds(cloud, takes) : Object.values(takes)),
        begin: () => operation.run(cloud, takes, args),
        held: [],
        phases: undefined,
      });
      return job;
    },
    advance(job) {
      const work = open.get(job);
      if (!work) return undefined;
      const phases = work.phases ?? start(job, work);
      if (!phases) return undefined;
      try {
        const phase = phases.next();
        if (!phase.done) return phase.value;
        job.ids = phase.value;
        end(job, work, 'done');
      } catch (thrown) {
        job.error = thrown instanceof Error ? thrown : new Error(String(thrown));
        end(job, work, 'failed');
      }
      return undefined;
    },
  };
}
