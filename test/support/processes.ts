import { readdirSync, readFileSync } from 'node:fs';

function parentOf(pid: string): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]);
  } catch {
    // It ended while we looked.
    return undefined;
  }
}

/** Processes that a process started, and those that they started. */
export function descendants(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)] as const);
  const found: number[] = [];
  for (let next = [pid]; next.length > 0; ) {
    next = parents.flatMap(([child, parent]) => (parent !== undefined && next.includes(parent) ? [child] : []));
    found.push(...next);
  }
  return found;
}

/** Whether it is there, and no zombie. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Ids of living processes, but this one, with this on their command line. One that was killed and waits to be reaped has none any more. */
export function processesNaming(mark: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark) ? [pid] : [];
    } catch {
      // It ended while we looked.
      return [];
    }
  });
}
