/** What processes and folders take of this machine, as the lender would count it. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Processes that `pid` started, and those that they started. None where there is no /proc. */
export function startedBy(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of namesIn('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = textOf(`/proc/${name}/stat`);
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ', 2)[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  for (let next = children.get(pid) ?? []; next.length > 0; ) {
    found.push(...next);
    next = next.flatMap((one) => children.get(one) ?? []);
  }
  return found;
}

/** Bytes that a process holds, what it shares with others counted in part. 0 once it is gone. */
export function memoryOf(pid: number): number {
  const kib = /^Pss:\s+(\d+)/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1];
  // Whoever may not be looked into that closely tells at least how much it has in memory.
  return 1024 * Number(kib ?? /^VmRSS:\s+(\d+)/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0);
}

/** Bytes on the disk below a path, links not followed. */
export function diskOf(path: string): number {
  let bytes = 0;
  for (const paths = [path]; paths.length > 0; ) {
    const one = paths.pop() ?? path;
    const found = lstatSync(one, { throwIfNoEntry: false });
    if (!found) continue;
    bytes += found.blocks * 512;
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
