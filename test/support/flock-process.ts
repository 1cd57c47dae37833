import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/platform/paths.js';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface FlockProcess {
  readonly pid: number | undefined;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** Resolves when it printed something that matches; rejects when it ends before. */
  prints(what: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<Ended>;
  send(signal: NodeJS.Signals): Promise<Ended>;
}

/** Runs the built `flock` as people do, with nothing of the tests' own environment that it would read. */
export function flockProcess(args: readonly string[], env: NodeJS.ProcessEnv, cwd = packageRoot): FlockProcess {
  const script = join(packageRoot, 'bin', 'flock.js');
  if (!existsSync(join(packageRoot, 'dist', 'src', 'main.js'))) throw new Error('run `npm run build` first');
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [script, ...args], {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout = gather(child, 'stdout');
  const stderr = gather(child, 'stderr');
  // When its output is complete, not only when it is gone.
  const ended = new Promise<Ended>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  return {
    pid: child.pid,
    stdout,
    stderr,
    ended,
    prints: (what) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = what.exec(stdout.join(''));
          if (!found) return;
          child.stdout?.off('data', look);
          resolve(found);
        };
        child.stdout?.on('data', look);
        look();
        void ended.then(() => reject(new Error(`it ended before: ${stderr.join('').slice(-2000)}`)));
      }),
    send(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

function gather(child: ChildProcess, name: 'stdout' | 'stderr'): string[] {
  const chunks: string[] = [];
  child[name]?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  return chunks;
}
