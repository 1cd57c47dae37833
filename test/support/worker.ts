/** Real worker processes, each with a home of its own. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/platform/paths.js';

const run = promisify(execFile);
const FLOCK = join(packageRoot, 'bin', 'flock.js');

/** `flock worker …` to its end; what it printed. Rejects with its output where it failed. */
export async function worker(home: string, ...args: readonly string[]): Promise<string> {
  return workerIn({}, home, ...args);
}

/** The same, with further variables. */
export async function workerIn(
  env: Readonly<Record<string, string>>,
  home: string,
  ...args: readonly string[]
): Promise<string> {
  const { stdout } = await run(process.execPath, [FLOCK, 'worker', ...args, '--home', home], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return stdout;
}

export interface RunningWorker {
  readonly child: ChildProcess;
  /** All that it said so far. */
  said(): string;
  /** SIGTERM, and its exit code. */
  stop(): Promise<number | null>;
}

export function runWorker(home: string, env: Readonly<Record<string, string>> = {}): RunningWorker {
  const child = spawn(process.execPath, [FLOCK, 'worker', 'run', '--home', home], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  return {
    child,
    said: () => said,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      return child.exitCode;
    },
  };
}
