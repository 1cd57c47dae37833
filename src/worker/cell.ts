/** A sandbox with Flock in it, which runs one job after another of the same suite: to make one costs more than a short job. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type JobSpec, MAX_BODY, resultRequest } from '../fleet/protocol.js';
import { createLineReader, createTail } from '../woodpecker/drivers/lines.js';
import { createProcessTree } from '../woodpecker/drivers/process-tree.js';
import type { SuiteFolder } from '../woodpecker/drivers/suite-folder.js';
import type { Performed } from './loop.js';
import type { Policy } from './policy.js';
import { INSIDE, pathInside, SMALL_TALK, shutIn } from './sandbox.js';
import { openWayOut, type WayOut } from './way-out.js';

export interface CellOptions {
  readonly suite: SuiteFolder;
  readonly terms: Pick<Policy, 'network' | 'disk_mb'>;
  readonly packageRoot: string;
  /** The lender's variables: those that the suite names are seen inside. */
  readonly caller: Readonly<Record<string, string | undefined>>;
  readonly onRefused: (place: string) => void;
}

export interface Cell {
  readonly pid: number | undefined;
  /** What is written inside lies here. */
  readonly scratch: string;
  /** Runs a job; undefined when the signal ended it, and the cell with it. Rejects where the cell broke. */
  run(job: JobSpec, signal: AbortSignal, progress: Progress): Promise<Performed | undefined>;
  /** Whether it can take another job. */
  readonly sound: boolean;
  close(): void;
}

export type Progress = (steps: number, checks: number) => void;

/** What is said inside, one line each. It may be anybody in there who says it. */
const saysSchema = z.union([
  z.strictObject({ steps: z.int(), checks: z.int() }),
  z.strictObject({ result: resultRequest.omit({ attempt: true, epoch: true, nonce: true, next: true }) }),
]);

const MB = 1024 * 1024;
const STDERR_KEPT = 400;
const SCRATCH = 'flock-job-';
/** What is left of one job may not become another's: after so many the cell is made anew. */
const MOST_JOBS = 100;
/** The folders of Flock's own in a cell's /tmp, which it empties by itself. */
const WALKS = /^flock-walk-/;

/** Rejects where its folders or its way out cannot be made. */
export async function openCell({ suite, terms, packageRoot, caller, onRefused }: CellOptions): Promise<Cell> {
  const scratch = mkdtempSync(join(tmpdir(), `${SCRATCH}${process.pid}-`));
  let wayOut: WayOut | undefined;
  let child: ChildProcess | undefined;
  // A sandbox that is ended while it is being made leaves a half of it behind that waits for ever, where only its head is killed.
  const tree = createProcessTree();
  let sound = true;
  let jobs = 0;
  let hear: (line: string) => void = () => undefined;
  const tail = createTail(STDERR_KEPT);

  function close(): void {
    sound = false;
    tree.kill();
    wayOut?.close();
    remove(scratch);
  }

  try {
    for (const name of ['home', 'tmp', 'shm']) mkdirSync(join(scratch, name));
    for (const [name, text] of Object.entries(SMALL_TALK)) writeFileSync(join(scratch, name), text);
    const { network, disk_mb } = terms;
    const out = network === 'none' ? undefined : join(scratch, 'out');
    if (network !== 'none' && out !== undefined) wayOut = await openWayOut({ allowed: network, path: out, onRefused });
    const inner = ['worker', 'perform', '--home', INSIDE.home];
    const shut = shutIn({ packageRoot, suite: suite.folder, scratch, out, fileBytes: disk_mb * MB }, inner);
    const env = variablesOf(suite, caller);
    child = await tree.spawn(shut.command, shut.args, { cwd: scratch, stdio: ['pipe', 'pipe', 'pipe'], env });
    say({ folder: shut.suite, ...(out === undefined ? {} : { out: INSIDE.out }) });
  } catch (error) {
    close();
    throw error;
  }
  const { pid, stdin, stdout, stderr } = child;
  const ended = new Promise<void>((resolve) => {
    child?.once('close', () => resolve());
    child?.once('error', () => resolve());
  }).then(close);
  stdin?.on('error', () => undefined);
  stdout?.on('data', createLineReader(MAX_BODY, (line) => hear(line), close).feed);
  stderr?.on('data', tail.feed);

  function say(line: object): void {
    child?.stdin?.write(`${JSON.stringify(line)}\n`);
  }

  return {
    pid,
    scratch,
    get sound() {
      return sound && jobs < MOST_JOBS;
    },
    close,
    async run(job, signal, progress) {
      jobs += 1;
      const answered = new Promise<Performed | undefined>((resolve) => {
        hear = (line) => {
          const says = saysSchema.safeParse(dataOf(line));
          if (!says.success) {
            tail.feed(Buffer.from(`it said what makes no sense: ${z.prettifyError(says.error)}`));
            close();
          } else if ('result' in says.data) resolve(says.data.result);
          else progress(says.data.steps, says.data.checks);
        };
        void ended.then(() => resolve(undefined));
      });
      signal.addEventListener('abort', close, { once: true });
      if (signal.aborted) close();
      try {
        say({ job });
        const performed = await answered;
        if (signal.aborted) return undefined;
        if (!performed) throw new Error(`the sandbox ended without a result: ${tail.text() || 'it said nothing'}`);
        sweep();
        return performed;
      } finally {
        signal.removeEventListener('abort', close);
        hear = () => undefined;
      }
    },
  };

  /** Takes away what the job left lying about. */
  function sweep(): void {
    for (const place of ['home', 'tmp', 'shm']) {
      const folder = join(scratch, place);
      for (const name of readdirSync(folder)) if (place !== 'tmp' || !WALKS.test(name)) remove(join(folder, name));
    }
  }
}

/** Removes what workers that were killed could not. */
export function clearScratch(isThere: (pid: number) => boolean): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${SCRATCH}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isThere(Number(pid))) remove(join(tmpdir(), name));
  }
}

/** What cannot be removed is somebody else's, or somebody who is just being ended still writes to it: it is tried again then. */
function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Later.
  }
}

/** Of the lender's variables, those that the suite names. */
function variablesOf({ suite }: SuiteFolder, caller: CellOptions['caller']): Record<string, string> {
  const passed = Object.entries(caller).flatMap(([name, value]) =>
    value !== undefined && suite.environment.pass.includes(name) ? [[name, value]] : [],
  );
  const own = { HOME: INSIDE.home, TMPDIR: '/tmp', DATA_DIR: INSIDE.home };
  return { ...Object.fromEntries(passed), PATH: pathInside(caller.PATH), ...own };
}

function dataOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
