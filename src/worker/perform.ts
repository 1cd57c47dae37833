/** Runs a job in the tier that the lender chose: in this process, or shut in with nothing but the suite. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { JobSpec } from '../fleet/protocol.js';
import { MAX_BODY, resultRequest } from '../fleet/protocol.js';
import type { Clock } from '../platform/clock.js';
import { createLineReader, createTail } from '../woodpecker/drivers/lines.js';
import type { SuiteFolder } from '../woodpecker/drivers/suite-folder.js';
import { walksFolder } from '../woodpecker/drivers/walk-folder.js';
import { keepToCores } from './cores.js';
import type { Perform, Performed } from './loop.js';
import type { Policy } from './policy.js';
import { INSIDE, pathInside, type Shut, shutIn } from './sandbox.js';
import type { SuiteStore } from './suites.js';
import { createWatch, type OverLimit } from './watch.js';
import { openWayOut, type WayOut } from './way-out.js';

export interface PerformDeps {
  readonly suites: SuiteStore;
  readonly packageRoot: string;
  readonly clock: Clock;
  readonly caller: Readonly<Record<string, string | undefined>>;
  /** Where a job wanted to go and was not let; for the lender's eyes. */
  readonly onRefused: (place: string) => void;
}

/** What the shut-in process says, one line each. It may be anybody in there who says it. */
const saysSchema = z.union([
  z.strictObject({ steps: z.int(), checks: z.int() }),
  z.strictObject({ result: resultRequest.omit({ attempt: true, epoch: true, nonce: true, next: true }) }),
]);
type Says = z.infer<typeof saysSchema>;

const STDERR_KEPT = 400;
const MB = 1024 * 1024;

export function createPerform({ suites, packageRoot, clock, caller, onRefused }: PerformDeps): Perform {
  const watch = createWatch(clock);

  return async (job, { policy, signal, progress }) => {
    // Whatever the coordinator says, only what the lender accepted runs here.
    if (!policy.suites.some(({ digest }) => digest === job.digest))
      throw new Error(`${job.digest} is not accepted here`);
    keepToCores(policy.cores);
    const suite = await suites.get(job.digest);
    let over: OverLimit | undefined;
    const ending = new AbortController();
    const limits = {
      policy,
      signal: AbortSignal.any([signal, ending.signal]),
      end(why: OverLimit): void {
        over = why;
        ending.abort();
      },
    };
    const run = policy.tier === 'in-process' ? runHere : runShutIn;
    const performed = await run(job, suite, limits, progress).catch((error: unknown) => {
      throw over ?? error;
    });
    if (over) throw over;
    return performed;
  };

  interface Limits {
    readonly policy: Policy;
    readonly signal: AbortSignal;
    readonly end: (why: OverLimit) => void;
  }
  type Progress = (steps: number, checks: number) => void;

  async function runHere(
    job: JobSpec,
    suite: SuiteFolder,
    { policy, signal, end }: Limits,
    progress: Progress,
  ): Promise<Performed | undefined> {
    // Loaded with the first job: a machine that waits should be light.
    const { performHere } = await import('./perform-here.js');
    const folders = (): string[] => [walksFolder() ?? []].flat();
    const unwatch = watch.begin({ pid: process.pid, folders, limits: policy, end });
    try {
      return await performHere(job, suite, { clock, packageRoot, caller, signal, progress });
    } finally {
      unwatch();
    }
  }

  async function runShutIn(
    job: JobSpec,
    suite: SuiteFolder,
    limits: Limits,
    progress: Progress,
  ): Promise<Performed | undefined> {
    const { network, disk_mb } = limits.policy;
    const scratch = mkdtempSync(join(tmpdir(), 'flock-job-'));
    let wayOut: WayOut | undefined;
    try {
      for (const name of ['home', 'tmp', 'shm']) mkdirSync(join(scratch, name));
      const out = network === 'none' ? undefined : join(scratch, 'out');
      if (network !== 'none' && out !== undefined)
        wayOut = await openWayOut({ allowed: network, path: out, onRefused });
      const shut = shutIn({ packageRoot, suite: suite.folder, scratch, out, fileBytes: disk_mb * MB }, [
        ...['worker', 'perform', '--home', INSIDE.home],
      ]);
      const told = { job, folder: shut.suite, out: out === undefined ? undefined : INSIDE.out };
      return await talk(shut, JSON.stringify(told), variablesOf(suite), scratch, limits, progress);
    } finally {
      wayOut?.close();
      rmSync(scratch, { recursive: true, force: true });
    }
  }

  /** Of the lender's variables, those that the suite names. */
  function variablesOf({ suite }: SuiteFolder): Record<string, string> {
    const passed = Object.entries(caller).flatMap(([name, value]) =>
      value !== undefined && suite.environment.pass.includes(name) ? [[name, value]] : [],
    );
    const own = { HOME: INSIDE.home, TMPDIR: '/tmp', DATA_DIR: INSIDE.home };
    return { ...Object.fromEntries(passed), PATH: pathInside(caller.PATH), ...own };
  }

  async function talk(
    { command, args }: Shut,
    told: string,
    env: Readonly<Record<string, string>>,
    scratch: string,
    { policy, signal, end }: Limits,
    progress: Progress,
  ): Promise<Performed | undefined> {
    const child = spawn(command, [...args], { stdio: ['pipe', 'pipe', 'pipe'], env });
    const kill = (): void => void child.kill('SIGKILL');
    const { pid } = child;
    const ended = new Promise<void>((resolve) => {
      child.once('close', () => resolve());
      child.once('error', () => resolve());
    });
    let result: Performed | undefined;
    const heard = (says: Says): void => {
      if ('result' in says) result = says.result;
      else progress(says.steps, says.checks);
    };
    const tail = createTail(STDERR_KEPT);
    const lines = createLineReader(
      MAX_BODY,
      (line) => {
        const says = saysSchema.safeParse(dataOf(line));
        if (says.success) heard(says.data);
        else kill();
      },
      kill,
    );
    child.stdout.on('data', lines.feed);
    child.stderr.on('data', tail.feed);
    child.stdin.on('error', () => undefined);
    signal.addEventListener('abort', kill, { once: true });
    if (signal.aborted) kill();
    if (pid !== undefined) firstToGo(pid);
    const unwatch =
      pid === undefined ? () => undefined : watch.begin({ pid, folders: () => [scratch], limits: policy, end });
    try {
      child.stdin.end(told);
      await ended;
      if (signal.aborted) return undefined;
      if (!result) throw new Error(`the sandbox ended without a result: ${tail.text() || 'it said nothing'}`);
      return result;
    } finally {
      unwatch();
      signal.removeEventListener('abort', kill);
      kill();
    }
  }
}

/** Where memory runs out, the system ends jobs before anything of the lender's. */
function firstToGo(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // It ended already, or this system knows nothing of it.
  }
}

function dataOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
