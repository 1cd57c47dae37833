/** What processes and folders take of this machine, as the lender would count it. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Processes that `pid` started, and those that they started. None where there is no /proc. */
export function startedBy(pid: number): number[] {
  const found: number[] = [];
  // By what the kernel keeps for each thread: to look through all processes of a large machine costs more than a job.
  for (let next = childrenOf(pid); next.length > 0; next = next.flatMap(childrenOf)) found.push(...next);
  return found;
}

const childrenOf = (pid: number): number[] =>
  namesIn(`/proc/${pid}/task`)
    .flatMap((thread) => textOf(`/proc/${pid}/task/${thread}/children`).split(' '))
    .filter((child) => child !== '')
    .map(Number);

/** Bytes that a process holds, what it shares with others counted in part. 0 once it is gone. */
export function memoryOf(pid: number): number {
  const kib = /^Pss:\s+(\d+)/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1];
  // Whoever may not be looked into that closely tells at least how much it has in memory.
  return 1024 * Number(kib ?? /^VmRSS:\s+(\d+)/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0);
}

/** What a file takes at least, however empty it is: many of them are ended as large ones are. */
const LEAST = 4096;

/** Bytes on the disk below a path, links not followed. */
export function diskOf(path: string): number {
  let bytes = 0;
  for (const paths = [path]; paths.length > 0; ) {
    const one = paths.pop() ?? path;
    const found = lstatSync(one, { throwIfNoEntry: false });
    if (!found) continue;
    bytes += Math.max(LEAST, found.blocks * 512);
    if (found.isDirectory()) paths.push(...namesIn(one).map((name) => join(one, name)));
  }
  return bytes;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
