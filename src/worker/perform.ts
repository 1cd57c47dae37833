/** Runs a job in the tier that the lender chose: in this process, or shut in with nothing but the suite. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { JobSpec } from '../fleet/protocol.js';
import { resultRequest } from '../fleet/protocol.js';
import type { Clock } from '../platform/clock.js';
import type { SuiteFolder } from '../woodpecker/drivers/suite-folder.js';
import type { Perform, Performed } from './loop.js';
import type { Policy } from './policy.js';
import { shutIn } from './sandbox.js';
import type { SuiteStore } from './suites.js';

export interface PerformDeps {
  readonly suites: SuiteStore;
  readonly packageRoot: string;
  readonly clock: Clock;
  readonly caller: Readonly<Record<string, string | undefined>>;
}

/** What the shut-in process says, one line each. */
const saysSchema = z.union([
  z.strictObject({ steps: z.int(), checks: z.int() }),
  z.strictObject({ result: resultRequest.omit({ attempt: true, epoch: true, nonce: true, next: true }) }),
]);

export function createPerform({ suites, packageRoot, clock, caller }: PerformDeps): Perform {
  return async (job, { policy, signal, progress }) => {
    // Whatever the coordinator says, only what the lender accepted runs here.
    if (!policy.suites.some(({ digest }) => digest === job.digest))
      throw new Error(`${job.digest} is not accepted here`);
    const suite = await suites.get(job.digest);
    if (policy.tier !== 'in-process') return shutInJob(job, suite, policy, signal, progress);
    // Loaded with the first job: a machine that waits should be light.
    const { performHere } = await import('./perform-here.js');
    return performHere(job, suite, { clock, packageRoot, caller, signal, progress });
  };

  async function shutInJob(
    job: JobSpec,
    suite: SuiteFolder,
    policy: Policy,
    signal: AbortSignal,
    progress: (steps: number, checks: number) => void,
  ): Promise<Performed | undefined> {
    const scratch = mkdtempSync(join(tmpdir(), 'flock-job-'));
    const flock = [join(packageRoot, 'bin', 'flock.js'), 'worker', 'perform', '--home', scratch];
    const { command, args } = shutIn(process.execPath, flock, scratch, policy.network);
    const env = { PATH: caller.PATH ?? '/usr/bin:/bin', HOME: scratch, TMPDIR: scratch, DATA_DIR: scratch };
    const child = spawn(command, [...args], { stdio: ['pipe', 'pipe', 'ignore'], env });
    const kill = (): void => void child.kill('SIGKILL');
    signal.addEventListener('abort', kill, { once: true });
    const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
    child.once('error', kill);
    try {
      child.stdin.end(JSON.stringify({ job, folder: suite.folder }));
      let result: Performed | undefined;
      for await (const line of createInterface({ input: child.stdout })) {
        const says = saysSchema.parse(JSON.parse(line));
        if ('result' in says) result = says.result;
        else progress(says.steps, says.checks);
      }
      await exited;
      if (signal.aborted) return undefined;
      if (!result) throw new Error('the sandbox ended without a result');
      return result;
    } finally {
      signal.removeEventListener('abort', kill);
      kill();
      rmSync(scratch, { recursive: true, force: true });
    }
  }
}
