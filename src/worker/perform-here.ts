/** Runs a job in this process, the suite's driver beside it. */
import type { JobSpec } from '../fleet/protocol.js';
import { createDriverPool } from '../woodpecker/drivers/driver.js';
import type { SuiteFolder } from '../woodpecker/drivers/suite-folder.js';
import { createSuiteSystem } from '../woodpecker/drivers/suite-system.js';
import type { Performed } from './performed.js';
import { type JobTools, runJob } from './run-job.js';

export interface Here extends Omit<JobTools, 'open'> {
  readonly packageRoot: string;
  /** Variables of which the suite may see those that it names. */
  readonly caller: Readonly<Record<string, string | undefined>>;
}

export async function performHere(job: JobSpec, suite: SuiteFolder, tools: Here): Promise<Performed | undefined> {
  const { packageRoot, caller } = tools;
  const pool = createDriverPool();
  try {
    const open: JobTools['open'] = ({ suite, folder }) =>
      createSuiteSystem(suite, { folder, packageRoot, caller, pool });
    return await runJob(job, suite, { ...tools, open });
  } finally {
    pool.clear();
  }
}
