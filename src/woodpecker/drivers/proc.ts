/** What /proc knows about running processes. Where there is no /proc, nothing: callers fall back to the process group. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
}

/** Reads a process's line in /proc; undefined when it is gone or only waits to be reaped. */
function running(pid: number): Running | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name stands in parentheses and may hold anything: fields are counted from the last parenthesis.
    const [state, parent, , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 4);
    return state === 'Z' || state === 'X' ? undefined : { pid, parent: Number(parent), session: Number(session) };
  } catch {
    return undefined;
  }
}

function environmentHolds(pid: number, assignment: string): boolean {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`.includes(`\0${assignment}\0`);
  } catch {
    return false;
  }
}

/**
 * Every living process of the tree that `leaders` started: it carries the tag in its environment, is in the session of
 * a leader, or descends from one that does. Out of reach is only what clears its environment, leaves the session
 * and is orphaned, all three. Leaders are among them while they live. `past` are leaders that were reaped: their
 * session counts as long as their number has not become somebody else's.
 */
export function familyOf(leaders: ReadonlySet<number>, past: ReadonlySet<number>, assignment: string): number[] {
  const all = new Map<number, Running>();
  for (const name of entries()) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const found = running(pid);
    if (found) all.set(pid, found);
  }
  const ours = (one: Running) => leaders.has(one.session) || (past.has(one.session) && !all.has(one.session));
  const family = new Set<number>();
  for (const one of all.values()) if (ours(one) || environmentHolds(one.pid, assignment)) family.add(one.pid);
  // Children of members are members; a child may be listed before its parent, so until nothing changes.
  for (let before = -1; before !== family.size; ) {
    before = family.size;
    for (const one of all.values()) if (family.has(one.parent)) family.add(one.pid);
  }
  return [...family];
}

function entries(): string[] {
  try {
    return readdirSync('/proc');
  } catch {
    return [];
  }
}
