/** What `flock` can do from a terminal, in the order of `flock --help`. */
import type { Environment } from '../platform/env.js';

/** Where a command line writes, and how it is told to stop. Handed in, so tests run commands in process. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  readonly interactive: boolean;
  readonly stop: AbortSignal;
}

export interface CliCommand {
  readonly name: string;
  /** One line for `flock --help`: usage and purpose. */
  readonly usage: string;
  readonly summary: string;
  /** It runs the bot, or looks after it: all settings have to be right. Others are asked only where the data lies. */
  readonly settings?: 'all';
  /** Returns the exit code. Throws UsageError for wrong arguments. */
  run(args: readonly string[], terminal: Terminal, env: Environment): Promise<number>;
}

/** Wrong arguments: answered with the usage line and exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
