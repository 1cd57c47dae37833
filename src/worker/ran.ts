/** The log of all that ran on this machine, for its lender: one line a job. What is oldest goes when it grows too large. */
import { appendFileSync, renameSync, statSync } from 'node:fs';

/** Of one file; there is this one and the one before it. Years of jobs, and still within the least disk that a policy can give. */
export const MOST_LOG = 6 * 1024 * 1024;

export const logBefore = (file: string): string => file.replace(/\.jsonl$/, '.1.jsonl');

/** Adds a line. Throws what the disk says. */
export function note(file: string, line: object): void {
  const text = `${JSON.stringify(line)}\n`;
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > 0 && size + Buffer.byteLength(text) > MOST_LOG) renameSync(file, logBefore(file));
  appendFileSync(file, text, { mode: 0o600 });
}
