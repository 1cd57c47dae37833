import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { makeFolder } from './make-folder.js';

/** Another process uses this folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
  constructor(
    readonly folder: string,
    /** Unknown in the instant between the holder's taking the lock and writing its name down. */
    readonly pid: number | undefined,
  ) {
    super(`${folder} is in use by another Flock${pid === undefined ? '' : ` (process ${pid})`}`);
  }
}

/** This process can make no file in the folder, or not even the folder. */
export class FolderUnusable extends Error {
  override readonly name = 'FolderUnusable';
  constructor(
    readonly folder: string,
    cause: Error,
  ) {
    super(
      `${folder} cannot be written (${cause.message}): give it to the user that runs Flock, or name another DATA_DIR`,
      {
        cause,
      },
    );
  }
}

export interface FolderLock {
  release(): void;
}

/**
 * Takes a folder for this process alone. It is SQLite's lock on a file, which the system lets go of when the process ends, however
 * it ends: a lock left by SIGKILL cannot be. The process id beside it only says who. Throws FolderInUse, FolderUnusable.
 */
export function lockFolder(folder: string): FolderLock {
  try {
    return lock(folder);
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      throw new FolderInUse(folder, holderOf(pidFileIn(folder)));
    }
    if (error instanceof Database.SqliteError || (error instanceof Error && 'syscall' in error)) {
      throw new FolderUnusable(folder, error);
    }
    throw error;
  }
}

const pidFileIn = (folder: string): string => join(folder, 'flock.pid');

function lock(folder: string): FolderLock {
  makeFolder(folder);
  const pidFile = pidFileIn(folder);
  const db = new Database(join(folder, 'flock.lock'), { timeout: 0 });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw error;
  }
  try {
    // Replaced whole: a reader sees the old name or the new one, never half of one.
    writeFileSync(`${pidFile}.new`, `${process.pid}\n`);
    renameSync(`${pidFile}.new`, pidFile);
  } catch {
    // On a full disk the folder is held all the same, by somebody unknown.
    rmSync(pidFile, { force: true });
  }
  return {
    release() {
      if (db.open) db.close();
    },
  };
}

/** The process that holds the folder, or undefined when none does. */
export function folderHolder(folder: string): FolderInUse | undefined {
  try {
    lockFolder(folder).release();
    return undefined;
  } catch (error) {
    if (error instanceof FolderInUse) return error;
    throw error;
  }
}

function holderOf(pidFile: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8').trim());
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
