/** Runs a suite's shell commands: bounded in time and in output. Values go in as variables, never into the command's text. */
import type { ChildProcess } from 'node:child_process';
import { HarnessError } from '../types.js';
import { type Command, type Surroundings, shellLaunch } from './command.js';
import type { Ground } from './ground.js';
import { createTail } from './lines.js';

const MOST_OUTPUT = 1024 * 1024;
const STDERR_KEPT = 8 * 1024;
/** Between SIGTERM and SIGKILL to a command that took too long, ms. */
const TERM_MS = 500;
/** What a command wrote before it ended is on its way; a daemon that it started may keep the pipe open for ever, ms. */
const LAST_WORDS_MS = 100;

/** How a command ended. */
export interface Ran {
  /** Undefined when a signal ended it. */
  readonly status: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  /** The end of standard error. */
  readonly stderr: string;
  readonly timedOut: boolean;
}

export interface Shell {
  /** Throws HarnessError when the command cannot be started, or prints over 1 MiB. */
  run(command: Command, values: Readonly<Record<string, string>>, timeoutMs: number): Promise<Ran>;
}

export function createShell(around: Surroundings, { tree, folder }: Ground): Shell {
  return {
    async run(command, values, timeoutMs) {
      const { command: program, args, cwd, env } = shellLaunch(command, around, folder.path, values);
      const child = await tree.spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
      return collected(child, timeoutMs, (signal) => tree.signalGroup(child, signal));
    },
  };
}

function collected(child: ChildProcess, timeoutMs: number, end: (signal: 'SIGTERM' | 'SIGKILL') => void): Promise<Ran> {
  const parts: Buffer[] = [];
  let held = 0;
  let timedOut = false;
  let flooded = false;
  const tail = createTail(STDERR_KEPT);
  child.stdout?.on('data', (chunk: Buffer) => {
    if (flooded) return;
    held += chunk.length;
    if (held <= MOST_OUTPUT) parts.push(chunk);
    else {
      flooded = true;
      end('SIGKILL');
    }
  });
  child.stderr?.on('data', tail.feed);

  return new Promise((resolve, reject) => {
    let kill: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => {
      timedOut = true;
      end('SIGTERM');
      kill = setTimeout(() => end('SIGKILL'), TERM_MS);
    }, timeoutMs);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      clearTimeout(kill);
      // What its children do after a timeout is nobody's wish.
      if (timedOut) end('SIGKILL');
      const finish = () => {
        clearTimeout(lastWords);
        child.stdout?.destroy();
        child.stderr?.destroy();
        if (flooded) return reject(new HarnessError(`a command printed over ${MOST_OUTPUT} bytes`));
        const stdout = Buffer.concat(parts).toString('utf8');
        resolve({ status: code ?? undefined, signal: signal ?? undefined, stdout, stderr: tail.text(), timedOut });
      };
      const lastWords = setTimeout(finish, LAST_WORDS_MS);
      child.once('close', finish);
    });
  });
}
