/** A command line run in this process: what it wrote, and its exit code. */
import type { CliCommand, Terminal } from '../../../src/cli/index.js';
import { readEnvironment } from '../../../src/platform/env.js';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Standard output as JSON lines. */
  events(): Record<string, unknown>[];
}

export async function ran(command: CliCommand, args: readonly string[], more: Partial<Terminal> = {}): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    interactive: false,
    stop: new AbortController().signal,
    ...more,
  };
  const code = await command.run(args, terminal, readEnvironment({ PATH: process.env.PATH }));
  return { code, out: out.join('\n'), err: err.join('\n'), events: () => out.map((line) => JSON.parse(line)) };
}
