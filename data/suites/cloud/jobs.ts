/** Asynchronous jobs, as such systems have them: a call gives a job, the job is polled to its end, others run in between. */
import type { Cloud } from './cloud.js';
import { type Args, type Ids, OPERATIONS, Refused } from './operations.js';

export interface Job {
  readonly id: string;
  state: 'queued' | 'running' | 'done' | 'failed';
  ids: Ids;
  error: Error | undefined;
}

interface Work extends Job {
  readonly holds: () => readonly string[];
  readonly begin: () => Generator<void, Ids>;
  held: readonly string[];
  phases: Generator<void, Ids> | undefined;
}

export interface Jobs {
  submit(operation: string, takes: Ids, args: Args): Job;
  /** Moves every job that can move by one phase, in the order of submission. */
  advance(): void;
}

export function createJobs(cloud: Cloud): Jobs {
  const open = new Set<Work>();
  const held = new Set<string>();
  let submitted = 0;

  function start(job: Work): void {
    const wanted = job.holds();
    if (wanted.some((id) => held.has(id))) return;
    job.held = wanted;
    for (const id of wanted) held.add(id);
    job.phases = job.begin();
    job.state = 'running';
  }

  function end(job: Work, state: 'done' | 'failed'): void {
    job.state = state;
    for (const id of job.held) held.delete(id);
    open.delete(job);
  }

  return {
    submit(name, takes, args) {
      const operation = OPERATIONS[name];
      if (!operation) throw new Refused(`there is no operation ${name}`);
      submitted += 1;
      const job: Work = {
        id: `job-${submitted}`,
        state: 'queued',
        ids: {},
        error: undefined,
        holds: () => (operation.holds ? operation.holds(cloud, takes) : Object.values(takes)),
        begin: () => operation.run(cloud, takes, args),
        held: [],
        phases: undefined,
      };
      open.add(job);
      return job;
    },
    advance() {
      for (const job of [...open]) {
        if (!job.phases) start(job);
        if (!job.phases) continue;
        try {
          const phase = job.phases.next();
          if (!phase.done) continue;
          job.ids = phase.value;
          end(job, 'done');
        } catch (thrown) {
          job.error = thrown instanceof Error ? thrown : new Error(String(thrown));
          end(job, 'failed');
        }
      }
    },
  };
}
