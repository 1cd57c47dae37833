/** A program under observation: what it prints, how long it takes, how much memory it holds. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export interface Child {
  readonly process: ChildProcess;
  /** Milliseconds from its start to the line that was waited for. */
  readonly tookMs: number;
  /** Resident memory in MiB, as Linux counts it. */
  rss(): number;
  /** Processor time used so far, in milliseconds. */
  cpu(): number;
  stop(): Promise<void>;
}

/** Starts a Node program and waits for a line that it prints. Rejects with its last words when it ends before. */
export async function startChild(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  line: RegExp,
  /** Told of all lines, also of those before and after. */
  onLine: (text: string) => void = () => undefined,
): Promise<Child> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // Also where nobody reads a benchmark to its end: it would go on for ever.
  process.once('exit', () => child.kill('SIGKILL'));
  const words: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => {
    words.push(chunk.toString());
    if (words.length > 50) words.shift();
  });
  const lines = createInterface({ input: child.stdout });
  const tookMs = await new Promise<number>((resolve, reject) => {
    lines.on('line', (text) => {
      onLine(text);
      if (line.test(text)) resolve(performance.now() - startedAt);
    });
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}: ${words.join('').slice(-2000)}`)));
  });
  return {
    process: child,
    tookMs,
    rss: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    cpu() {
      // Fields 14 and 15 of /proc/<pid>/stat, in hundredths of a second; the name before them may hold spaces.
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) * 10;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
