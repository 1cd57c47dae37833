/** Runs a job on the terms of the lender: in a process beside this one, with the lender's rights or shut in with nothing but the suite. */
import type { JobSpec } from '../fleet/protocol.js';
import type { Clock } from '../platform/clock.js';
import type { SuiteFolder } from '../woodpecker/drivers/suite-folder.js';
import type { Progress } from './cell.js';
import { createCells } from './cells.js';
import { keepToCores } from './cores.js';
import type { Perform } from './loop.js';
import type { Performed } from './performed.js';
import type { Policy } from './policy.js';
import type { SuiteStore } from './suites.js';
import { createWatch, type OverLimit } from './watch.js';

export interface PerformDeps {
  readonly suites: SuiteStore;
  readonly packageRoot: string;
  readonly clock: Clock;
  readonly caller: Readonly<Record<string, string | undefined>>;
  /** Where a job wanted to go and was not let; for the lender's eyes. */
  readonly onRefused: (place: string) => void;
}

interface Held {
  readonly policy: Policy;
  readonly signal: AbortSignal;
  readonly end: (why: OverLimit) => void;
}

/** `close` ends the cells that wait for their next job. */
export interface Performer {
  readonly perform: Perform;
  close(): void;
}

export function createPerformer({ suites, packageRoot, clock, caller, onRefused }: PerformDeps): Performer {
  const watch = createWatch(clock);
  const cells = createCells(clock);

  const perform: Perform = async (job, { policy, signal, progress }) => {
    // Whatever the coordinator says, only what the lender accepted runs here.
    if (!policy.suites.some(({ digest }) => digest === job.digest))
      throw new Error(`${job.digest} is not accepted here`);
    keepToCores(policy.cores);
    const suite = await suites.get(job.digest);
    let over: OverLimit | undefined;
    const ending = new AbortController();
    const held: Held = {
      policy,
      signal: AbortSignal.any([signal, ending.signal]),
      end(why) {
        over = why;
        ending.abort();
      },
    };
    const performed = await run(job, suite, held, progress).catch((error: unknown) => {
      throw over ?? error;
    });
    if (over) throw over;
    return performed;
  };
  return { perform, close: cells.close };

  async function run(
    job: JobSpec,
    suite: SuiteFolder,
    { policy, signal, end }: Held,
    progress: Progress,
  ): Promise<Performed | undefined> {
    const options = { suite, terms: policy, packageRoot, caller, onRefused };
    const cell = await cells.take(options);
    const { pid, scratch } = cell;
    const unwatch = pid && watch.begin({ pid, folders: () => [scratch], limits: policy, end });
    try {
      const performed = await cell.run(job, signal, progress);
      // What broke, or was ended, is not asked again.
      if (performed && performed.outcome !== 'error') cells.give(options, cell);
      else cell.close();
      return performed;
    } catch (error) {
      cell.close();
      throw error;
    } finally {
      if (unwatch) unwatch();
    }
  }
}
