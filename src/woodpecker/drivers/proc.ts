/** What /proc knows about running processes. Where there is no /proc, nothing: callers fall back to the process group. */
import { readdirSync, readFileSync } from 'node:fs';

interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
}

/** What belongs to a tree: processes of these sessions, or with this `NAME=value` in their environment, and descendants. */
export interface Tree {
  /** Leaders of sessions, alive. */
  readonly leaders: ReadonlySet<number>;
  /** Leaders that were reaped: their session counts as long as their number has not become somebody else's. */
  readonly past: ReadonlySet<number>;
  readonly assignment: string;
}

/**
 * Looks for the processes of a tree, as often as it takes until none is left. Out of reach is only
 * what clears its environment, leaves the session and is orphaned, all three.
 */
export function createTreeSearch(tree: Tree) {
  /** Dead, and not reaped by whoever should: no news. */
  let zombies = new Set<number>();

  return {
    /**
     * The living processes of the tree, and their groups: one signal to a group reaches all of it at once, also who is
     * just forking. `sure`: none was missed because it forked and went while we were reading.
     */
    look(): { family: number[]; groups: number[]; sure: boolean } {
      const alive = new Map<number, Running>();
      const dead = new Set<number>();
      let sure = true;
      for (const name of entries()) {
        const pid = Number(name);
        if (!Number.isInteger(pid) || pid === process.pid) continue;
        const found = running(pid);
        if (typeof found === 'object') alive.set(pid, found);
        else if (found === 'zombie') dead.add(pid);
        if (found === undefined || (found === 'zombie' && !zombies.has(pid))) sure = false;
      }
      zombies = dead;
      const family = familyIn(alive, tree);
      const groups = new Set(family.map(({ group }) => group));
      for (const leader of tree.past) if (!alive.has(leader)) groups.add(leader);
      // Our own group, and init's, are never a tree's: each child heads a group of its own.
      const own = running(process.pid);
      if (typeof own === 'object') groups.delete(own.group);
      return { family: family.map(({ pid }) => pid), groups: [...groups].filter((group) => group > 1), sure };
    },
  };
}

function familyIn(alive: ReadonlyMap<number, Running>, { leaders, past, assignment }: Tree): Running[] {
  const ofSession = (session: number) => leaders.has(session) || (past.has(session) && !alive.has(session));
  const family = new Map<number, Running>();
  for (const one of alive.values())
    if (ofSession(one.session) || environmentHolds(one.pid, assignment)) family.set(one.pid, one);
  // Children of members are members; a child may be listed before its parent, so until nothing changes.
  for (let before = -1; before !== family.size; ) {
    before = family.size;
    for (const one of alive.values()) if (family.has(one.parent)) family.set(one.pid, one);
  }
  return [...family.values()];
}

/** A process's line in /proc; undefined when it is gone. */
function running(pid: number): Running | 'zombie' | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name stands in parentheses and may hold anything: fields are counted from the last parenthesis.
    const [state, parent, group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 4);
    return state === 'Z' || state === 'X'
      ? 'zombie'
      : { pid, parent: Number(parent), group: Number(group), session: Number(session) };
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

function entries(): string[] {
  try {
    return readdirSync('/proc');
  } catch {
    return [];
  }
}
