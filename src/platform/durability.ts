/**
 * Commits on the disk, without standing still for it. SQLite writes a commit to its log at once, so that the end of this
 * process loses nothing; for a power cut the log has to be on the disk, and that is done here, beside the event loop, once for
 * all commits made meanwhile. Nobody is told of a commit before: what goes out waits for `settled`.
 */
import { closeSync, fdatasync, openSync } from 'node:fs';

interface Log {
  readonly handle: number;
  /** The sync that covers the latest commit. */
  latest: Promise<void>;
  /** A sync that has not begun yet covers whatever is committed before it does. */
  next: boolean;
  running: boolean;
}

export interface Durability {
  /** A transaction of this database file is about to begin. Throws where its log cannot be opened. */
  watch(file: string): void;
  /** It was just committed, without a sync. */
  committed(file: string): void;
  /**
   * Resolves when everything committed so far is on the disk, or what was committed to this file; undefined when it is.
   * Rejects where a disk refuses.
   */
  settled(file?: string): Promise<void> | undefined;
  /** The database is about to be closed, by which SQLite syncs what is left. */
  forget(file: string): void;
}

/** `onFailure`: told of a sync that failed; what it returns is what those who wait for it get. */
export function createDurability(onFailure: (file: string, error: unknown) => unknown): Durability {
  const logs = new Map<string, Log>();
  const underWay = new Set<Promise<void>>();

  async function sync(file: string, log: Log): Promise<void> {
    log.next = false;
    log.running = true;
    try {
      await dataOf(log.handle);
    } catch (error) {
      throw onFailure(file, error);
    } finally {
      log.running = false;
    }
  }

  function begin(file: string, log: Log): void {
    // A sync under way may have begun before this commit was written.
    const before = log.running ? log.latest.catch(() => undefined) : undefined;
    log.next = before !== undefined;
    const latest = before ? before.then(() => sync(file, log)) : sync(file, log);
    log.latest = latest;
    underWay.add(latest);
    const over = () => underWay.delete(latest);
    latest.then(over, over);
  }

  return {
    watch(file) {
      if (logs.has(file)) return;
      const handle = openSync(`${file}-wal`, 'r+');
      logs.set(file, { handle, latest: Promise.resolve(), next: false, running: false });
    },
    committed(file) {
      const log = logs.get(file);
      if (log && !log.next) begin(file, log);
    },
    settled(file) {
      if (file !== undefined) {
        const log = logs.get(file);
        return log && (log.running || log.next) ? log.latest : undefined;
      }
      return underWay.size === 0 ? undefined : Promise.all(underWay).then(() => undefined);
    },
    forget(file) {
      const log = logs.get(file);
      if (!log) return;
      logs.delete(file);
      const end = () => closeSync(log.handle);
      if (log.running || log.next) log.latest.then(end, end);
      else end();
    },
  };
}

const dataOf = (handle: number): Promise<void> =>
  new Promise((resolve, reject) => {
    fdatasync(handle, (error) => (error ? reject(error) : resolve()));
  });
