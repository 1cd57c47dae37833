/** A process with Flock in it, which runs one job after another of the same suite: to start one costs more than a short job. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type JobSpec, MAX_BODY } from '../fleet/protocol.js';
import { createLineReader, createTail } from '../woodpecker/drivers/lines.js';
import { type CellOptions, startCellProcess } from './cell-process.js';
import { type Performed, performedSchema } from './performed.js';

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
  z.strictObject({ result: performedSchema }),
]);

const STDERR_KEPT = 400;
const SCRATCH = 'flock-job-';
/** What is left of one job may not become another's: after so many the cell is made anew. */
const MOST_JOBS = 100;
/** The folders of Flock's own in a cell's /tmp, which it empties by itself. */
const WALKS = /^flock-walk-/;

/** Rejects where its folders, its process or its way out cannot be made. */
export async function openCell(options: CellOptions): Promise<Cell> {
  const scratch = mkdtempSync(join(tmpdir(), `${SCRATCH}${process.pid}-`));
  const { child, folder, out, stop, end } = await startCellProcess(options, scratch).catch((error: unknown) => {
    remove(scratch);
    throw error;
  });
  let sound = true;
  let jobs = 0;
  let hear: (line: string) => void = () => undefined;
  const tail = createTail(STDERR_KEPT);

  const { pid, stdin, stdout, stderr } = child;
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  }).then(close);
  stdin?.on('error', () => undefined);
  stdout?.on('data', createLineReader(MAX_BODY, (line) => hear(line), close).feed);
  stderr?.on('data', tail.feed);
  say({ folder, ...(out === undefined ? {} : { out }) });

  function close(): void {
    sound = false;
    end();
    remove(scratch);
  }

  function giveUp(): void {
    sound = false;
    stop();
  }

  function say(line: object): void {
    stdin?.write(`${JSON.stringify(line)}\n`);
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
      signal.addEventListener('abort', giveUp, { once: true });
      if (signal.aborted) giveUp();
      try {
        say({ job });
        const performed = await answered;
        if (signal.aborted) return undefined;
        if (!performed) throw new Error(`its process ended without a result: ${tail.text() || 'it said nothing'}`);
        sweep();
        return performed;
      } finally {
        signal.removeEventListener('abort', giveUp);
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

function dataOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
