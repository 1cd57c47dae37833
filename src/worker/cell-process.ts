/** The process that a cell's jobs run in: shut in by bubblewrap, or with the lender's own rights. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProcessTree } from '../woodpecker/drivers/process-tree.js';
import type { SuiteFolder } from '../woodpecker/drivers/suite-folder.js';
import type { Policy } from './policy.js';
import { INSIDE, pathInside, SMALL_TALK, shutIn } from './sandbox.js';
import { openWayOut } from './way-out.js';

export interface CellOptions {
  readonly suite: SuiteFolder;
  readonly terms: Pick<Policy, 'tier' | 'network' | 'disk_mb' | 'cores'>;
  readonly packageRoot: string;
  /** The lender's variables: those that the suite names are seen by its programs. */
  readonly caller: Readonly<Record<string, string | undefined>>;
  readonly onRefused: (place: string) => void;
}

export interface CellProcess {
  readonly child: ChildProcess;
  /** Where the suite is, seen from there; and the socket that leads out, where there is one. */
  readonly folder: string;
  readonly out?: string;
  /** Ends what it does now, and it. It may take a moment to tear down what it built. */
  stop(): void;
  /** Nothing of it is left when this returns, or soon. Safe to call twice. */
  end(): void;
}

const MB = 1024 * 1024;
/** What a process with the lender's own rights may take to tear down what it built; milliseconds. */
const STOP_MS = 5_000;

/** `scratch`: a folder of the cell's own. Rejects where the process or its way out cannot be made. */
export const startCellProcess = (options: CellOptions, scratch: string): Promise<CellProcess> =>
  options.terms.tier === 'in-process' ? startOpen(options, scratch) : startShutIn(options, scratch);

async function startShutIn(
  { suite, terms: { network, disk_mb }, packageRoot, caller, onRefused }: CellOptions,
  scratch: string,
): Promise<CellProcess> {
  for (const name of ['home', 'tmp', 'shm']) mkdirSync(join(scratch, name));
  for (const [name, text] of Object.entries(SMALL_TALK)) writeFileSync(join(scratch, name), text);
  const out = network === 'none' ? undefined : join(scratch, 'out');
  const wayOut =
    network !== 'none' && out !== undefined ? await openWayOut({ allowed: network, path: out, onRefused }) : undefined;
  // A sandbox that is ended while it is being made leaves a half of it behind that waits for ever, where only its head is killed.
  const tree = createProcessTree();
  const end = (): void => {
    tree.kill();
    wayOut?.close();
  };
  try {
    const inner = ['worker', 'perform', '--home', INSIDE.home];
    const shut = shutIn({ packageRoot, suite: suite.folder, scratch, out, fileBytes: disk_mb * MB }, inner);
    const env = variablesOf(suite, caller);
    const child = await tree.spawn(shut.command, shut.args, { cwd: scratch, stdio: ['pipe', 'pipe', 'pipe'], env });
    return { child, folder: shut.suite, ...(out === undefined ? {} : { out: INSIDE.out }), stop: end, end };
  } catch (error) {
    end();
    throw error;
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

/**
 * Not in the worker's own process: what jobs leave in memory goes with this one. It ends by itself when the worker is gone, as
 * nobody holds its stdin any more; what it started is ended by its own warden, however it ends.
 */
async function startOpen({ suite, packageRoot, caller }: CellOptions, scratch: string): Promise<CellProcess> {
  for (const name of ['home', 'tmp', 'shm']) mkdirSync(join(scratch, name));
  const flock = [join(packageRoot, 'bin', 'flock.js'), 'worker', 'perform', '--home', join(scratch, 'home')];
  const env = { ...caller, TMPDIR: join(scratch, 'tmp') };
  // Of a session of its own: a Ctrl+C is the worker's to hear.
  const child = spawn(process.execPath, flock, { cwd: scratch, env, detached: true });
  child.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  let kill: NodeJS.Timeout | undefined;
  child.once('exit', () => clearTimeout(kill));
  const stop = (): void => {
    child.kill('SIGTERM');
    kill ??= setTimeout(() => child.kill('SIGKILL'), STOP_MS).unref();
  };
  return { child, folder: suite.folder, stop, end: stop };
}
