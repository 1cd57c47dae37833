/** A child process and whatever it starts, ended together: nothing that Flock starts outlives the walk it was started for. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { HarnessError } from '../types.js';
import { createTreeSearch } from './proc.js';
import { tellWarden } from './warden.js';

/** Names the variable by which a tree is found again, whatever group or session its processes moved to. */
export const TREE_VARIABLE = 'FLOCK_TREE';

const hasProc = existsSync('/proc/self/stat');
/** Unique among the Flocks of this machine, however soon a process id comes back. */
const flockTag = `${process.pid}-${Math.trunc(performance.timeOrigin)}`;
const tagPrefix = `${TREE_VARIABLE}=${flockTag}.`;
let treesStarted = 0;

/** Everything one walk started: one driver, or one shell after another. */
export interface ProcessTree {
  /** Starts a child at the head of a process group of its own. Throws HarnessError when it cannot be started. */
  spawn(command: string, args: readonly string[], options: TreeSpawnOptions): Promise<ChildProcess>;
  /** Signals a child and the group that it heads, while it lives or its group may. */
  signalGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Ends everything, at once, and does not return before it is gone (at most a second). Safe to call twice. */
  kill(): void;
}

export interface TreeSpawnOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdio: SpawnOptions['stdio'];
}

const living = new Set<ProcessTree>();
let watchingExit = false;

export function createProcessTree(): ProcessTree {
  const tag = `${flockTag}.${++treesStarted}`;
  const assignment = `${TREE_VARIABLE}=${tag}`;
  const leaders = new Set<number>();
  /** Leaders that were reaped: their group may live on, their number may in time be somebody else's. */
  const past = new Set<number>();
  let used = false;

  const tree: ProcessTree = {
    async spawn(command, args, { cwd, env, stdio }) {
      used = true;
      living.add(tree);
      if (!watchingExit) {
        watchingExit = true;
        process.once('exit', killAll);
      }
      let child: ChildProcess;
      try {
        child = spawn(command, args, { cwd, env: { ...env, [TREE_VARIABLE]: tag }, stdio, detached: true });
      } catch (error) {
        throw new HarnessError(`could not start ${command}: ${error instanceof Error ? error.message : String(error)}`);
      }
      const { pid } = child;
      if (pid === undefined) {
        const reason = await new Promise<Error>((resolve) => child.once('error', resolve));
        // Node says ENOENT of the command, whichever of the two is missing.
        const where = existsSync(cwd) ? '' : `; the folder ${cwd}, where it was to run, is gone`;
        throw new HarnessError(`could not start ${command}: ${reason.message}${where}`);
      }
      child.on('error', () => undefined);
      leaders.add(pid);
      tellWarden(tagPrefix, `group ${pid}`);
      child.once('exit', () => {
        leaders.delete(pid);
        past.add(pid);
        tellWarden(tagPrefix, `gone ${pid}`);
      });
      return child;
    },

    signalGroup({ pid }, how) {
      if (pid !== undefined && (leaders.has(pid) || past.has(pid))) signal(-pid, how);
    },

    kill() {
      living.delete(tree);
      if (!used) return;
      for (const leader of leaders) signal(-leader);
      if (hasProc) hunt();
      past.clear();
    },
  };
  return tree;

  /** Kills what is found until it is sure that nothing is left: a process may fork between being seen and being killed. */
  function hunt(): void {
    const search = createTreeSearch({ leaders, past, assignment });
    let quiet = 0;
    for (let round = 0; round < MOST_ROUNDS && quiet < QUIET_ROUNDS; round++) {
      const { family, groups, sure } = search.look();
      for (const group of groups) signal(-group);
      if (family.length === 0 && sure) return;
      quiet = family.length === 0 ? quiet + 1 : 0;
      for (const pid of family) signal(pid);
      if (round > 0) Atomics.wait(sleeper, 0, 0, PAUSE_MS);
    }
  }
}

/** Rounds of looking and killing, at most about a second; on a busy machine no look is sure, and a few quiet ones must do. */
const MOST_ROUNDS = 200;
const QUIET_ROUNDS = 10;
const PAUSE_MS = 2;

/** Removes `path` once this Flock is gone, however it goes. One folder at a time. */
export function removeAtDeath(path: string): void {
  tellWarden(tagPrefix, `folder ${path}`);
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

function signal(pid: number, how: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): void {
  try {
    process.kill(pid, how);
  } catch {
    // Gone already.
  }
}

function killAll(): void {
  for (const tree of [...living]) tree.kill();
}
